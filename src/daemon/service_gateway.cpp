#include "daemon/service_gateway.h"

#include <boost/json.hpp>

#include "api/endpoint.h"
#include "api/error.h"
#include "base/error.h"
#include "base/waiting.h"
#include "daemon/call_class.h"

namespace goldsmith::daemon {

namespace {

/// "10.0.0.1" of "10.0.0.1:80", "::1" of "[::1]:80".
std::string host_of(const std::string& address) {
    const std::string host = address.substr(0, address.rfind(':'));
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

api::CallContext context_of(const http::Call& call, const base::Clock& clock) {
    api::CallContext context;
    context.account = call.principal.account;
    context.region = call.region;
    context.principal_arn = call.principal.arn;
    context.access_key = call.principal.access_key_id;
    context.request_id = call.request_id;
    context.now = clock.now();
    context.source_ip = host_of(call.remote_address);
    context.is_secure = call.is_secure;
    return context;
}

http::Failure failure_of(const api::ApiError& error) {
    http::Failure failure;
    failure.code = error.code();
    failure.message = error.what();
    failure.status = error.http_status();
    failure.fault = error.is_client_fault() ? http::Fault::sender : http::Fault::receiver;
    return failure;
}

http::Failure internal_failure(const http::Call& call) {
    http::Failure failure;
    failure.code = call.service == "imagebuilder" ? "ServiceException" : "InternalFailure";
    failure.message =
        "The server failed to answer this request; its log names the cause under "
        "request id " +
        call.request_id + ".";
    failure.status = 500;
    failure.fault = http::Fault::receiver;
    return failure;
}

/// What a call changed is recorded with its answer, for which the audit log needs the tree.
http::Success answer(api::Endpoint& endpoint, const api::CallContext& context,
                     const api::WireRequest& request, const boost::json::value& input,
                     const api::Gate& gate) {
    http::Success success;
    const auto* operation = endpoint.find(request);
    if (operation != nullptr && call_class(operation->name) == CallClass::read) {
        success.text = endpoint.call_for_text(*operation, context, request, input, &gate);
    } else {
        base::announce_wait();  // for the disk; those that come meanwhile share the commit
    }
    if (!success.text) {
        success.output = endpoint.call(context, request, input, &gate);
    }
    return success;
}

}  // namespace

http::ServiceHandler gateway_to(std::shared_ptr<api::Endpoint> endpoint, const api::Gate& gate,
                                const base::Clock& clock, base::Logger log) {
    return [endpoint, &gate, &clock, log](const http::Call& call) -> http::Answer {
        try {
            const api::WireRequest request{call.operation, call.method, call.path, call.query};
            return answer(*endpoint, context_of(call, clock), request, call.input, gate);
        } catch (const api::ApiError& error) {
            return failure_of(error);
        } catch (...) {
            log.error("a request failed", {{"service", call.service},
                                           {"operation", call.operation},
                                           {"request_id", call.request_id},
                                           {"error", base::current_error_chain()}});
            return internal_failure(call);
        }
    };
}

}  // namespace goldsmith::daemon
