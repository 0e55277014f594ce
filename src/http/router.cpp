#include "http/router.h"

#include "base/error.h"
#include "base/random.h"
#include "http/auth_failure.h"
#include "http/authenticator.h"
#include "http/signature_material.h"

#include <boost/json.hpp>
#include <map>

namespace goldsmith::http {
namespace {

struct Service {
    std::shared_ptr<const Protocol> protocol;
    ServiceHandler handler;
};

struct Public {
    std::string path;  // ends in '/': everything beneath
    Handler handler;

    bool takes(const std::string& raw_path) const {
        return raw_path == path || (path.ends_with('/') && raw_path.starts_with(path));
    }
};

Failure internal_failure(Protocol::Dialect dialect) {
    return {dialect == Protocol::Dialect::ec2 ? "InternalError" : "InternalFailure",
            "The request processing has failed because of an internal error; the server's log "
            "has the cause under this request id.",
            500,
            Fault::receiver,
            {}};
}

std::string refusal_code(int status) {
    switch (status) {
        case 413:
            return "RequestEntityTooLargeException";
        case 431:
            return "RequestHeaderFieldsTooLargeException";
        case 503:
            return "ServiceUnavailableException";
        default:
            return "MalformedHttpRequestException";
    }
}

}  // namespace

class Router::Impl {
public:
    Impl(RouterOptions options, const CredentialSource& credentials, const base::Clock& clock)
        : authenticator(credentials, clock, options.regions), options_(std::move(options)) {}

    // One request on its way through; ends in an observation.
    struct Exchange {
        const Request& request;
        std::chrono::steady_clock::time_point start;
        Call call;
    };

    Exchange begin(const Request& request) const {
        Exchange exchange{request, std::chrono::steady_clock::now(), {}};
        base::SystemRandom random;
        exchange.call.request_id = base::make_uuid(random);
        exchange.call.remote_address = request.remote_address;
        exchange.call.is_secure = !request.tls_version.empty();
        exchange.call.headers = request.headers;
        exchange.call.method = request.method;
        return exchange;
    }

    // `answer` null: a public page.
    bool observed(const Exchange& exchange, const Response& response, const Answer* answer) const {
        const auto* failure = answer == nullptr ? nullptr : std::get_if<Failure>(answer);
        return !options_.observe ||
               options_.observe({exchange.request, exchange.call, response.status,
                                 failure == nullptr ? "" : failure->code,
                                 std::chrono::steady_clock::now() - exchange.start, answer});
    }

    static Response encoded(const Exchange& exchange, const Protocol& protocol,
                            const Answer& answer) {
        if (const auto* success = std::get_if<Success>(&answer)) {
            return protocol.encode(exchange.call, *success);
        }
        const auto& failure = std::get<Failure>(answer);
        auto response = protocol.encode(exchange.call, failure);
        for (const auto& [name, value] : failure.headers) {
            response.headers.set(name, value);
        }
        return response;
    }

    Response answer(const Exchange& exchange, const Protocol& protocol,
                    const Answer& answer) const {
        auto response = encoded(exchange, protocol, answer);
        if (observed(exchange, response, &answer)) {
            return response;
        }
        auto unrecorded = internal_failure(protocol.dialect());
        unrecorded.message =
            "The call was made, but it could not be recorded in the audit log; look at the state "
            "of "
            "what it changes before you repeat it.";
        return encoded(exchange, protocol, unrecorded);
    }

    const Service* service_of(const Request& request) const {
        const auto material = read_signature_material(request);
        const auto* read = std::get_if<SignatureMaterial>(&material);
        const auto found = read ? services.find(read->scope.service) : services.end();
        return found == services.end() ? nullptr : &found->second;
    }

    std::shared_ptr<const Protocol> protocol_of(const Request& request) const {
        const auto* service = service_of(request);
        return service ? service->protocol : guessed_protocol(request);
    }

    const Public* public_of(const Request& request) const {
        if ((request.method != "GET" && request.method != "HEAD") || looks_signed(request)) {
            return nullptr;
        }
        const Public* best = nullptr;  // the longest path wins
        for (const auto& each : publics) {
            if (each.takes(request.raw_path) && (!best || each.path.size() > best->path.size())) {
                best = &each;
            }
        }
        return best;
    }

    AuthFailure unknown_service(const std::string& name) const {
        std::string served;
        for (const auto& [each, service] : services) {
            served.append(served.empty() ? "" : ", ").append(each);
        }
        return {AuthProblem::wrong_scope, "Credential should be scoped to correct service: '" +
                                              name + "' is not served here; this endpoint serves " +
                                              served + "."};
    }

    Response serve_public(Exchange& exchange, const Public& target) const {
        auto response = target.handler(exchange.request);
        observed(exchange, response, nullptr);
        return response;
    }

    Response serve(Exchange& exchange) const {
        const auto& request = exchange.request;
        if (const auto* target = public_of(request)) {
            return serve_public(exchange, *target);
        }
        if (auto failure = options_.admit ? options_.admit() : std::nullopt) {
            return encoded(exchange, *protocol_of(request), *std::move(failure));
        }
        auto verified = authenticator.verify(request);
        if (const auto* failure = std::get_if<AuthFailure>(&verified)) {
            const auto protocol = protocol_of(request);
            return answer(exchange, *protocol, to_failure(*failure, protocol->dialect()));
        }
        auto& who = std::get<Authenticated>(verified);
        const auto found = services.find(who.service);
        if (found == services.end()) {
            const auto protocol = guessed_protocol(request);
            return answer(exchange, *protocol,
                          to_failure(unknown_service(who.service), protocol->dialect()));
        }
        return serve_call(exchange, found->second, std::move(who));
    }

    Response serve_call(Exchange& exchange, const Service& service, Authenticated who) const {
        auto& call = exchange.call;
        call.service = std::move(who.service);
        call.region = std::move(who.region);
        call.principal = std::move(who.principal);
        call.body = std::move(who.body);
        if (auto failure = service.protocol->decode(exchange.request, call)) {
            return answer(exchange, *service.protocol, *std::move(failure));
        }
        return answer(exchange, *service.protocol, service.handler(call));
    }

    Response failed(const Exchange& exchange) const {
        options_.log.error("request failed", {{"request_id", exchange.call.request_id},
                                              {"service", exchange.call.service},
                                              {"operation", exchange.call.operation},
                                              {"target", exchange.request.target},
                                              {"cause", base::current_error_chain()}});
        const auto protocol = protocol_of(exchange.request);
        return answer(exchange, *protocol, internal_failure(protocol->dialect()));
    }

    Authenticator authenticator;
    std::map<std::string, Service, std::less<>> services;
    std::vector<Public> publics;

private:
    RouterOptions options_;
};

Router::Router(RouterOptions options, const CredentialSource& credentials, const base::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), credentials, clock)) {}

Router::~Router() = default;

void Router::add_service(std::string scope_name, std::shared_ptr<const Protocol> protocol,
                         ServiceHandler handler) {
    impl_->services[std::move(scope_name)] = {std::move(protocol), std::move(handler)};
}

void Router::add_public(std::string path, Handler handler) {
    impl_->publics.push_back({std::move(path), std::move(handler)});
}

Response Router::handle(const Request& request) const {
    auto exchange = impl_->begin(request);
    try {
        return impl_->serve(exchange);
    } catch (const std::exception&) {
        return impl_->failed(exchange);
    }
}

Response Router::refuse(const Request& request, const Refusal& refusal) const {
    const auto exchange = impl_->begin(request);
    const auto protocol = impl_->protocol_of(request);
    return impl_->answer(
        exchange, *protocol,
        Failure{refusal_code(refusal.status), refusal.message, refusal.status, Fault::sender, {}});
}

}  // namespace goldsmith::http
