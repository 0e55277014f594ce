#pragma once

#include "http/call.h"
#include "http/message.h"

#include <memory>
#include <optional>
#include <string>

namespace goldsmith::http {

// How one service's calls look on the wire. Stateless after construction, so usable from every
// thread.
class Protocol {
public:
    virtual ~Protocol() = default;

    // Fills operation, method, path, query and input from the request (its body already without
    // aws-chunked framing, also found in call.body). Gives the failure to answer when the request
    // is malformed.
    virtual std::optional<Failure> decode(const Request& request, Call& call) const = 0;

    virtual Response encode(const Call& call, const Success& success) const = 0;
    virtual Response encode(const Call& call, const Failure& failure) const = 0;

    // How this protocol names failures that arise before or beside the service.
    enum class Dialect { json, query, ec2 };
    virtual Dialect dialect() const = 0;
};

// Whether operations of a rest-json service take octets instead of JSON. Where they do, call.input
// is null for a body that is declared as octets, or that declares nothing and is not a JSON object.
enum class Blobs { none, possible };

// imagebuilder; ebs with Blobs::possible
std::shared_ptr<const Protocol> rest_json_protocol(Blobs blobs = Blobs::none);
// ssm "AmazonSSM", logs "Logs_20140328", ecr: the prefix before the dot of X-Amz-Target
std::shared_ptr<const Protocol> json_11_protocol(std::string target_prefix);
// iam "https://iam.amazonaws.com/doc/2010-05-08/", sts, sns
std::shared_ptr<const Protocol> query_protocol(std::string xml_namespace);
// ec2 "http://ec2.amazonaws.com/doc/2016-11-15/"
std::shared_ptr<const Protocol> ec2_protocol(std::string xml_namespace);

}  // namespace goldsmith::http
