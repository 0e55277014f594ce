#include "http/form_call.h"
#include "http/protocol.h"
#include "http/xml_writer.h"

#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

// iam, sts, sns:
// <OpResponse><OpResult>..</OpResult><ResponseMetadata>..</ResponseMetadata></OpResponse>
class Query final : public Protocol {
public:
    explicit Query(std::string xml_namespace) : xml_namespace_(std::move(xml_namespace)) {}

    std::optional<Failure> decode(const Request& request, Call& call) const override {
        return read_form_call(request, call);
    }

    Response encode(const Call& call, const Success& success) const override {
        std::string content;
        append_xml_element(content, call.operation + "Result", success.output);
        content += "<ResponseMetadata><RequestId>";
        append_xml_text(content, call.request_id);
        content += "</RequestId></ResponseMetadata>";
        return xml_response(call, success.status, success.headers,
                            document(call.operation + "Response", content));
    }

    Response encode(const Call& call, const Failure& failure) const override {
        std::string content = "<Error>";
        append_xml_element(content, "Type", failure.fault == Fault::sender ? "Sender" : "Receiver");
        append_xml_element(content, "Code", boost::json::string(failure.code));
        append_xml_element(content, "Message", boost::json::string(failure.message));
        append_xml_members(content, failure.members);
        content += "</Error><RequestId>";
        append_xml_text(content, call.request_id);
        content += "</RequestId>";
        return xml_response(call, failure.status, {}, document("ErrorResponse", content));
    }

    Dialect dialect() const override { return Dialect::query; }

private:
    std::string document(const std::string& root, const std::string& content) const {
        std::string out = "<" + root + " xmlns=\"";
        append_xml_text(out, xml_namespace_);
        return out + "\">" + content + "</" + root + ">";
    }

    std::string xml_namespace_;
};

}  // namespace

std::shared_ptr<const Protocol> query_protocol(std::string xml_namespace) {
    return std::make_shared<Query>(std::move(xml_namespace));
}

}  // namespace goldsmith::http
