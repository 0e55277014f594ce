// The endpoint behind the generated make_endpoint(): everything but the typed call is here and not
// generated. Not for use by hand.
#pragma once

#include <boost/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "api/endpoint.h"
#include "api/json_members.h"
#include "api/not_implemented.h"

namespace goldsmith::api {

/// Everything around the typed call.
class CheckedEndpoint : public Endpoint {
public:
    explicit CheckedEndpoint(const Service& service);

    const Service& service() const override { return service_; }
    using Endpoint::call;
    boost::json::value call(const CallContext& context, const WireRequest& request,
                            const boost::json::value& input, const Gate* gate) override;

private:
    virtual boost::json::object invoke(const Operation& operation, const CallContext& context,
                                       const boost::json::object& input) = 0;

    const Service& service_;
    std::unordered_set<const Operation*> sent_as_they_are_;  // answers that need no encoding
};

template <class Families>
class TypedEndpoint final : public CheckedEndpoint {
public:
    TypedEndpoint(const Service& service, Families families)
        : CheckedEndpoint(service), families_(families) {}

    template <auto family, auto method>
    void add(const Operation& operation) {
        handlers_[&operation] = [](const Families& families, const Operation& called,
                                   const CallContext& context, const boost::json::object& input) {
            auto* implementation = families.*family;
            if (implementation == nullptr) {
                throw_not_implemented(called.name);
            }
            return call_method(*implementation, method, context, input);
        };
    }

private:
    using Handler = boost::json::object (*)(const Families&, const Operation&, const CallContext&,
                                            const boost::json::object&);

    template <class Family, class Response, class Request>
    static boost::json::object call_method(
        Family& family, Response (Family::*method)(const CallContext&, const Request&),
        const CallContext& context, const boost::json::object& input) {
        Request request{};
        from_json(input, request);
        return to_json((family.*method)(context, request));
    }

    boost::json::object invoke(const Operation& operation, const CallContext& context,
                               const boost::json::object& input) override {
        return handlers_.at(&operation)(families_, operation, context, input);
    }

    Families families_;
    std::unordered_map<const Operation*, Handler> handlers_;
};

}  // namespace goldsmith::api
