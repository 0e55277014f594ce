#include "service/authorization/gate.h"

#include <algorithm>
#include <boost/json.hpp>

#include "db/database.h"
#include "service/authorization/denial.h"
#include "service/authorization/request_context.h"
#include "service/authorization/resource_names.h"
#include "service/authorization/resource_policies.h"
#include "state/tags.h"

namespace goldsmith::service::authorization {

namespace {

constexpr std::size_t account_digits = 12;

/// Resources of no account, and those that AWS manages, are everybody's.
std::string owner_of(const std::string& resource) {
    auto account = api::account_in_arn(resource);
    const bool own = account.size() == account_digits;
    return own ? account : resource == "*" ? std::string() : "aws";
}

/// The service of an action: "iam" of "iam:GetUser".
std::string service_of(const std::string& action) {
    return action.substr(0, action.find(':'));
}

/// One request's questions, each answered on the same connection.
class Check {
public:
    Check(db::Connection& connection, const Identity& identity, const api::CallContext& call,
          const api::Demands& demands)
        : connection_(connection),
          identity_(identity),
          call_(call),
          demands_(demands),
          context_(request_context(identity, call, demands)) {}

    /// The first demand that is refused, in the order of the model; true when there is none.
    bool all_allowed() {
        for (const api::Demand& demand : demands_.actions) {
            const auto resource = known_arn(connection_, call_, demand.action, demand.resource);
            if (!is_allowed({demand.action, resource}, context_)) {
                return false;
            }
        }
        return std::ranges::all_of(demands_.passed,
                                   [&](const api::PassedName& passed) { return may_pass(passed); });
    }

    const api::Demand& refused() const { return refused_; }
    const policy::Decision& decision() const { return decision_; }

private:
    bool is_allowed(const api::Demand& demand, policy::Context context) {
        if (identity_.asks_for_resource_tags) {
            add_resource_tags(context, demand);
        }
        const policy::Request request{identity_.caller, demand.action, demand.resource,
                                      owner_of(demand.resource), context};
        const auto resource_policy =
            resource_policy_of(connection_, demand.action, demand.resource);
        decision_ = policy::evaluate(request, identity_.policies,
                                     resource_policy ? &*resource_policy : nullptr);
        refused_ = demand;
        return decision_.allowed();
    }

    void add_resource_tags(policy::Context& context, const api::Demand& demand) {
        std::string arn = demand.resource;
        const std::string service = service_of(demand.action);
        if (service == "ec2") {
            arn = without_account(arn);
        }
        for (const auto& [key, value] : state::tags_of(connection_, arn)) {
            context.set("aws:ResourceTag/" + key, value);
            context.set(service + ":ResourceTag/" + key, value);
        }
    }

    /// Tags of EC2 resources stand under ARNs without an account.
    static std::string without_account(std::string arn) {
        const auto account = api::account_in_arn(arn);
        const auto at = arn.find(":" + account + ":");
        return account.empty() ? arn : arn.erase(at + 1, account.size());
    }

    bool may_pass(const api::PassedName& passed) {
        policy::Context context = context_;
        context.set("iam:PassedToService", passed.service);
        const api::Demand demand{"iam:PassRole", role_arn(passed)};
        if (owner_of(demand.resource) != identity_.caller.account) {
            refused_ = demand;
            decision_ = {};  // a role is passed within its account only
            return false;
        }
        return is_allowed(demand, std::move(context));
    }

    std::string role_arn(const api::PassedName& passed) {
        const auto kind =
            passed.is_profile ? state::IamKind::instance_profile : state::IamKind::role;
        const bool is_arn = passed.name.starts_with("arn:");
        const auto entity = is_arn ? state::find_iam_entity_by_arn(connection_, passed.name)
                                   : state::find_iam_entity(connection_, identity_.caller.account,
                                                            kind, passed.name);
        if (entity && entity->kind == state::IamKind::instance_profile) {
            const auto roles = state::iam_members_of(connection_, entity->unique_id);
            return roles.empty() ? entity->arn() : roles.front().arn();
        }
        if (entity) {
            return entity->arn();
        }
        return is_arn ? passed.name
                      : "arn:aws:iam::" + identity_.caller.account + ":" +
                            std::string(state::to_string(kind)) + "/" + passed.name;
    }

    db::Connection& connection_;
    const Identity& identity_;
    const api::CallContext& call_;
    const api::Demands& demands_;
    policy::Context context_;
    api::Demand refused_;
    policy::Decision decision_;
};

/// The root user may do everything with what is its own: no rows need to be read for that.
bool is_root_at_home(const Identity& identity, const api::Demands& demands) {
    const std::string& home = identity.caller.account;
    const auto own = [&](const std::string& arn) {
        const auto owner = owner_of(arn);
        return owner.empty() || owner == "aws" || owner == home;
    };
    return identity.caller.kind == policy::CallerKind::root &&
           std::ranges::all_of(demands.actions,
                               [&](const api::Demand& demand) {
                                   return own(demand.resource) &&
                                          !demand.action.starts_with("sts:");
                               }) &&
           std::ranges::all_of(demands.passed, [&](const api::PassedName& passed) {
               return !passed.name.starts_with("arn:") || own(passed.name);
           });
}

}  // namespace

void AuthorizationGate::pass(const api::Service& service, const api::Operation& operation,
                             const api::CallContext& context,
                             const boost::json::object& input) const {
    key_uses_.note(context, service.name);
    const auto demands = api::demands_of(service, operation, context, input);
    if (demands.actions.empty()) {
        return;
    }
    const auto identity = identities_.recent(context.access_key);
    if (!identity) {
        throw denial(service, context.principal_arn, demands.actions.front().action,
                     demands.actions.front().resource,
                     "because its access key is not valid any more");
    }
    if (is_root_at_home(*identity, demands)) {
        return;
    }
    database_.read([&](db::Connection& connection) {
        Check check(connection, *identity, context, demands);
        if (check.all_allowed()) {
            return;
        }
        const auto& [action, resource] = check.refused();
        log_.info("denied", {{"caller", identity->caller.arn},
                             {"action", action},
                             {"resource", resource},
                             {"request_id", context.request_id},
                             {"decision", check.decision().explain(action)}});
        throw denial(service, identity->caller.arn, action, resource,
                     check.decision().reason(action));
    });
}

}  // namespace goldsmith::service::authorization
