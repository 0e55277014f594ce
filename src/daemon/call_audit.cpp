#include "daemon/call_audit.h"

#include <boost/json.hpp>

#include "api/endpoint.h"
#include "daemon/call_class.h"
#include "http/signature_material.h"
#include "http/uri.h"

namespace goldsmith::daemon {

namespace {

constexpr int most_refused_per_second = 100;
constexpr std::size_t longest_name = 128;

ClaimedScope claimed_by(const http::Request& request) {
    const auto read = http::read_signature_material(request);
    const auto* material = std::get_if<http::SignatureMaterial>(&read);
    return material == nullptr ? ClaimedScope{}
                               : ClaimedScope{material->scope.service, material->scope.region,
                                              material->access_key_id};
}

/// The action of a form that nobody has verified, as far as it stands at the beginning.
std::string claimed_action(const http::Request& request) {
    for (const std::string_view text :
         {std::string_view(request.raw_query), std::string_view(request.body).substr(0, 4096)}) {
        const auto at = text.starts_with("Action=") ? 0 : text.find("&Action=");
        if (at != std::string_view::npos) {
            const auto value = text.substr(text.find('=', at) + 1);
            return std::string(value.substr(0, std::min(value.find('&'), longest_name)));
        }
    }
    return {};
}

/// What a refused request wants to call, read from its head without decoding its body.
http::Call claimed_call(const http::Request& request, const std::string& service) {
    http::Call call;
    call.service = service;
    call.method = request.method;
    call.path = http::path_segments(request.raw_path);
    const auto target = request.headers.get("X-Amz-Target");
    call.operation = target.empty() ? claimed_action(request)
                                    : std::string(target.substr(target.rfind('.') + 1));
    return call;
}

}  // namespace

const api::Operation* CallAudit::operation_of(const http::Call& call) const {
    const auto endpoint = endpoints_.find(call.service);
    return endpoint == endpoints_.end()
               ? nullptr
               : endpoint->second->find(call.operation, call.method, call.path);
}

bool CallAudit::observe(const http::Observation& observation) {
    if (observation.answer == nullptr) {
        return true;  // a public page
    }
    if (observation.call.principal.account.empty()) {
        return observe_refused(observation);
    }
    AuditFacts facts{
        clock_.now(), base::make_uuid(random_), operation_of(observation.call), {}, {}};
    const auto kind =
        facts.operation == nullptr ? CallClass::read : call_class(facts.operation->name);
    facts.read_only = kind == CallClass::read;
    const bool changed =
        !facts.read_only && std::holds_alternative<http::Success>(*observation.answer);
    return log_.append(audit_record(observation, facts),
                       changed ? audit::Flush::now : audit::Flush::soon);
}

bool CallAudit::observe_refused(const http::Observation& observation) {
    const auto now = clock_.now();
    const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    std::uint64_t omitted = 0;
    {
        auto refused = refused_.lock();
        if (refused->second != second) {
            omitted = std::exchange(refused->omitted, 0);
            *refused = {second, 0, 0};
        }
        if (++refused->written > most_refused_per_second) {
            ++refused->omitted;
            return true;
        }
    }
    if (omitted > 0) {
        log_.append(omitted_record(now, base::make_uuid(random_), omitted), audit::Flush::soon);
    }
    AuditFacts facts{now, base::make_uuid(random_), nullptr, claimed_by(observation.request), {}};
    facts.operation = operation_of(claimed_call(observation.request, facts.claimed.service));
    facts.read_only =
        facts.operation != nullptr && call_class(facts.operation->name) == CallClass::read;
    return log_.append(audit_record(observation, facts), audit::Flush::soon);
}

std::optional<http::Failure> CallAudit::admit() const {
    if (log_.has_room()) {
        return std::nullopt;
    }
    return http::Failure{"ServiceUnavailable",
                         "The audit log cannot be written, so no call is taken: the disk of the "
                         "server is full or broken. The server's log says more.",
                         503,
                         http::Fault::receiver,
                         {},
                         {{"Retry-After", "5"}}};
}

}  // namespace goldsmith::daemon
