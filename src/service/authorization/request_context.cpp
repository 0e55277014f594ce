#include "service/authorization/request_context.h"

#include "base/clock.h"

namespace goldsmith::service::authorization {

namespace {

std::string principal_type(const policy::Caller& caller) {
    switch (caller.kind) {
        case policy::CallerKind::root:
            return "Account";
        case policy::CallerKind::user:
            return "User";
        case policy::CallerKind::session:
            return "AssumedRole";
        case policy::CallerKind::service:
        case policy::CallerKind::anonymous:
            break;
    }
    return "Anonymous";
}

}  // namespace

void add_caller_keys(policy::Context& context, const Identity& identity) {
    const policy::Caller& caller = identity.caller;
    // A session's principal is its role: policies outlive sessions.
    context.set("aws:PrincipalArn", caller.role_arn.empty() ? caller.arn : caller.role_arn);
    context.set("aws:PrincipalAccount", caller.account);
    context.set("aws:PrincipalType", principal_type(caller));
    context.set("aws:PrincipalIsAWSService", "false");
    context.set("aws:userid", identity.user_id);
    if (!identity.user_name.empty()) {
        context.set("aws:username", identity.user_name);
    }
    for (const auto& [key, value] : identity.tags) {
        context.set("aws:PrincipalTag/" + key, value);
    }
    if (!identity.source_identity.empty()) {
        context.set("aws:SourceIdentity", identity.source_identity);
    }
    if (identity.issued_ms) {
        context.set(
            "aws:TokenIssueTime",
            base::format_iso8601(base::Time(std::chrono::milliseconds(*identity.issued_ms))));
        context.set("aws:MultiFactorAuthPresent", "false");
    }
}

policy::Context request_context(const Identity& identity, const api::CallContext& call,
                                const api::Demands& demands) {
    policy::Context context;
    for (const auto& [key, values] : demands.keys) {
        context.set(key, values);
    }
    // What the server itself knows is set last: no member of a request stands for it.
    add_caller_keys(context, identity);
    context.set("aws:RequestedRegion", call.region);
    context.set("aws:SecureTransport", call.is_secure ? "true" : "false");
    if (!call.source_ip.empty()) {
        context.set("aws:SourceIp", call.source_ip);
    }
    context.set("aws:CurrentTime", base::format_iso8601(call.now));
    context.set("aws:EpochTime",
                std::to_string(
                    std::chrono::floor<std::chrono::seconds>(call.now).time_since_epoch().count()));
    context.set("aws:ViaAWSService", "false");
    return context;
}

}  // namespace goldsmith::service::authorization
