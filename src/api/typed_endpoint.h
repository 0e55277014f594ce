// The endpoint behind the generated make_endpoint(): everything but the typed call is here and not
// generated. Not for use by hand.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
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
    std::optional<std::string> call_for_text(const Operation& operation, const CallContext& context,
                                             const WireRequest& request,
                                             const boost::json::value& input,
                                             const Gate* gate) override;

private:
    /// Decoded, validated, and let through by the gate.
    boost::json::object admitted_input(const Operation& operation, const CallContext& context,
                                       const WireRequest& request, const boost::json::value& input,
                                       const Gate* gate) const;
    virtual boost::json::object invoke(const Operation& operation, const CallContext& context,
                                       const boost::json::object& input) = 0;
    /// Whether there is a generated append_text() for the operation's answers.
    virtual bool writes_text(const Operation& operation) const = 0;
    virtual std::string invoke_for_text(const Operation& operation, const CallContext& context,
                                        const boost::json::object& input) = 0;

    const Service& service_;
    std::unordered_set<const Operation*> sent_as_they_are_;  // answers that need no encoding
};

template <class Method>
struct MethodTypes;
template <class Family, class Answer, class Input>
struct MethodTypes<Answer (Family::*)(const CallContext&, const Input&)> {
    using Response = Answer;
    using Request = Input;
};

/// A member that a method may leave to the endpoint.
template <class Value, class Given>
void fill_if_absent(std::optional<Value>& member, const Given& given) {
    if (!member) {
        member = given;
    }
}
inline void fill_if_absent(const std::string& /*present*/, const auto& /*given*/) {}

/// What call() fills into the tree of an answer.
template <class Response, class Request>
void fill_in(Response& response, const CallContext& context, const Request& request) {
    if constexpr (requires { response.request_id; }) {
        fill_if_absent(response.request_id, context.request_id);
    }
    if constexpr (requires {
                      response.client_token;
                      request.client_token;
                  }) {
        fill_if_absent(response.client_token, request.client_token);
    }
}

template <class Families>
class TypedEndpoint final : public CheckedEndpoint {
public:
    TypedEndpoint(const Service& service, Families families)
        : CheckedEndpoint(service), families_(families) {}

    template <auto family, auto method>
    void add(const Operation& operation) {
        using Response = typename MethodTypes<decltype(method)>::Response;
        Handlers& handlers = handlers_[&operation];
        handlers.tree = [](const Families& families, const Operation& called,
                           const CallContext& context, const boost::json::object& input) {
            RequestOf<method> request{};
            return to_json(answer<family, method>(families, called, context, input, request));
        };
        if constexpr (requires(std::string text, Response response) {
                          append_text(text, response);
                      }) {
            handlers.text = [](const Families& families, const Operation& called,
                               const CallContext& context, const boost::json::object& input) {
                RequestOf<method> request{};
                auto response = answer<family, method>(families, called, context, input, request);
                fill_in(response, context, request);
                std::string text;
                text.reserve(usual_bytes);
                append_text(text, response);
                return text;
            };
        }
    }

private:
    // Of an answer; what a thread gets back quickly, and seldom too little.
    static constexpr std::size_t usual_bytes = 1008;

    struct Handlers {
        boost::json::object (*tree)(const Families&, const Operation&, const CallContext&,
                                    const boost::json::object&) = nullptr;
        // Null where an answer needs the tree.
        std::string (*text)(const Families&, const Operation&, const CallContext&,
                            const boost::json::object&) = nullptr;
    };

    template <auto method>
    using RequestOf = typename MethodTypes<decltype(method)>::Request;

    /// `request` becomes what the input holds.
    template <auto family, auto method>
    static auto answer(const Families& families, const Operation& called,
                       const CallContext& context, const boost::json::object& input,
                       RequestOf<method>& request) {
        auto* implementation = families.*family;
        if (implementation == nullptr) {
            throw_not_implemented(called.name);
        }
        from_json(input, request);
        return (implementation->*method)(context, request);
    }

    boost::json::object invoke(const Operation& operation, const CallContext& context,
                               const boost::json::object& input) override {
        return handlers_.at(&operation).tree(families_, operation, context, input);
    }
    bool writes_text(const Operation& operation) const override {
        return handlers_.at(&operation).text != nullptr;
    }
    std::string invoke_for_text(const Operation& operation, const CallContext& context,
                                const boost::json::object& input) override {
        return handlers_.at(&operation).text(families_, operation, context, input);
    }

    Families families_;
    std::unordered_map<const Operation*, Handlers> handlers_;
};

}  // namespace goldsmith::api
