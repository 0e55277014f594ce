#include "cli/simulation.h"

#include <map>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "policy/evaluate.h"

namespace goldsmith::cli {

namespace {

constexpr std::uint64_t longest_file_bytes = 1 << 20;

policy::NamedPolicy read_policy(const std::string& file, policy::Kind kind) {
    const std::string text = base::read_file(file, longest_file_bytes);
    try {
        return {file, policy::Document::parse(text, kind)};
    } catch (const policy::PolicyError& error) {
        throw base::Error(file + ": " + error.what());
    }
}

/// "123456789012" of "arn:aws:iam::123456789012:user/alice".
std::string account_of(const std::string& arn) {
    std::size_t at = 0;
    for (int colons = 0; colons < 4 && at != std::string::npos; ++colons) {
        at = arn.find(':', at == 0 ? 0 : at + 1);
    }
    return at == std::string::npos ? std::string()
                                   : arn.substr(at + 1, arn.find(':', at + 1) - at - 1);
}

policy::Caller caller_of(const std::string& principal) {
    const std::string arn =
        principal.empty() ? "arn:aws:iam::123456789012:user/somebody" : principal;
    if (!arn.starts_with("arn:") && arn.ends_with(".amazonaws.com")) {
        return {.kind = policy::CallerKind::service, .service = arn};
    }
    const std::string account = account_of(arn);
    if (account.empty()) {
        throw base::Error("--principal '" + arn +
                          "' is neither the ARN of a root user, user, role or session nor a "
                          "service such as ec2.amazonaws.com");
    }
    policy::Caller caller{.kind = policy::CallerKind::user, .account = account, .arn = arn};
    const std::string name = arn.substr(arn.rfind(':') + 1);
    if (name == "root") {
        caller.kind = policy::CallerKind::root;
    } else if (name.starts_with("role/")) {
        caller.kind = policy::CallerKind::session;
        caller.role_arn = arn;
    } else if (name.starts_with("assumed-role/")) {
        caller.kind = policy::CallerKind::session;
        const auto role = name.substr(13, name.find('/', 13) - 13);
        caller.role_arn = "arn:aws:iam::" + account + ":role/" + role;
    }
    return caller;
}

/// What a server would know of itself; --context comes on top.
policy::Context context_of(const policy::Caller& caller, const std::vector<std::string>& given) {
    policy::Context context;
    if (caller.kind != policy::CallerKind::service) {
        context.set("aws:PrincipalArn", caller.role_arn.empty() ? caller.arn : caller.role_arn);
        context.set("aws:PrincipalAccount", caller.account);
    }
    if (caller.kind == policy::CallerKind::user) {
        context.set("aws:username", caller.arn.substr(caller.arn.rfind('/') + 1));
    }
    context.set("aws:CurrentTime", base::format_iso8601(base::SystemClock().now()));
    std::map<std::string, policy::Context::Values> values;
    for (const std::string& each : given) {
        const auto equals = each.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw base::Error("--context '" + each + "' must have the form key=value");
        }
        values[each.substr(0, equals)].push_back(each.substr(equals + 1));
    }
    for (const auto& [key, list] : values) {
        context.set(key, list);
    }
    return context;
}

std::vector<policy::NamedPolicy> read_all(const std::vector<std::string>& files) {
    std::vector<policy::NamedPolicy> policies;
    for (const std::string& file : files) {
        policies.push_back(read_policy(file, policy::Kind::identity));
    }
    return policies;
}

std::string owner_of(const std::string& resource) {
    const std::string account = account_of(resource);
    return resource == "*" || account.empty() ? std::string() : account;
}

}  // namespace

SimulationResult simulate(const Simulation& simulation) {
    const policy::Caller caller = caller_of(simulation.principal);
    const policy::Context context = context_of(caller, simulation.context);
    policy::CallerPolicies policies{.identity = read_all(simulation.policies)};
    if (!simulation.boundary.empty()) {
        policies.boundary = read_policy(simulation.boundary, policy::Kind::identity);
    }
    if (!simulation.session_policies.empty()) {
        policies.session = read_all(simulation.session_policies);
    }
    std::optional<policy::NamedPolicy> resource_policy;
    if (!simulation.trust_policy.empty()) {
        resource_policy = read_policy(simulation.trust_policy, policy::Kind::trust);
    } else if (!simulation.resource_policy.empty()) {
        resource_policy = read_policy(simulation.resource_policy, policy::Kind::resource);
    }
    SimulationResult result;
    for (const std::string& action : simulation.actions) {
        for (const std::string& resource : simulation.resources) {
            // Without a principal the question is what the policies say, in whatever account.
            const std::string owner = simulation.principal.empty() ? "" : owner_of(resource);
            const policy::Request request{caller, action, resource, owner, context};
            const policy::Decision decision =
                policy::evaluate(request, policies, resource_policy ? &*resource_policy : nullptr);
            result.all_allowed = result.all_allowed && decision.allowed();
            result.text += action + " on " + resource + "\n" + decision.explain(action);
        }
    }
    return result;
}

}  // namespace goldsmith::cli
