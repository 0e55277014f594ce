// Endpoint: one service behind one function. The daemon hands it what the wire protocol left
// (operation or method and path, query, input tree) and gets the answer's tree. Made by the
// generated make_endpoint() of each service (generated/<service>/dispatch.h). call() may run on
// several threads at once.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/context.h"
#include "api/gate.h"
#include "api/shape.h"

namespace goldsmith::api {

/// A request without its body, as the wire protocol leaves it.
struct WireRequest {
    std::string operation{};          // json-1.1, query, ec2; empty for rest-json
    std::string method{};             // rest-json
    std::vector<std::string> path{};  // rest-json: decoded segments
    std::vector<std::pair<std::string, std::string>> query{};  // rest-json: decoded, in order
};

class Endpoint {
public:
    virtual ~Endpoint() = default;

    virtual const Service& service() const = 0;

    /// The operation a request asks for: null when there is none. The IAM action of an operation is
    /// "<service>:<operation name>".
    const Operation* find(std::string_view operation, std::string_view method,
                          const std::vector<std::string>& path) const;
    const Operation* find(const WireRequest& request) const {
        return find(request.operation, request.method, request.path);
    }

    /// Decodes and validates `input`, passes the gate (null: it is open), calls the family's
    /// method, encodes its answer with wire names. The answer is an object, or null where an XML
    /// protocol has no result element. A `requestId` or `clientToken` member that the method leaves
    /// empty is filled in. Throws ApiError for an answer that is an error; anything else thrown is
    /// a fault of ours.
    virtual boost::json::value call(const CallContext& context, const WireRequest& request,
                                    const boost::json::value& input, const Gate* gate) = 0;
    boost::json::value call(const CallContext& context, const WireRequest& request,
                            const boost::json::value& input);

    /// As call(), for the operation that find() gave, with the answer as JSON text that was written
    /// without a tree. Nothing, and nothing was done, where the operation's answers need the tree
    /// (is_sent_as_it_is()).
    virtual std::optional<std::string> call_for_text(const Operation& operation,
                                                     const CallContext& context,
                                                     const WireRequest& request,
                                                     const boost::json::value& input,
                                                     const Gate* gate) = 0;
};

}  // namespace goldsmith::api
