#include "service/iam/attached_policies.h"

#include <boost/json.hpp>

#include "api/generated/iam/attached_policies_json.h"
#include "db/database.h"
#include "state/iam_policies.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

constexpr std::size_t most_attached = 10;

void attach(const Dependencies& dependencies, const api::CallContext& context, IamKind kind,
            const std::string& owner_name, const std::string& policy_arn) {
    dependencies.database.write([&](db::Transaction& transaction) {
        const auto owner = require_entity(transaction, context.account, kind, owner_name);
        require_attachable(transaction, context.account, policy_arn);
        state::attach_policy(transaction, owner.unique_id, policy_arn);
        if (state::attached_policies_of(transaction, owner.unique_id).size() > most_attached) {
            throw model::LimitExceeded("Cannot exceed quota for attached policies of a " +
                                       std::string(state::to_string(kind)) + ": " +
                                       std::to_string(most_attached));
        }
        state::touch_identities(transaction);
    });
}

void detach(const Dependencies& dependencies, const api::CallContext& context, IamKind kind,
            const std::string& owner_name, const std::string& policy_arn) {
    dependencies.database.write([&](db::Transaction& transaction) {
        const auto owner = require_entity(transaction, context.account, kind, owner_name);
        if (!state::detach_policy(transaction, owner.unique_id, policy_arn)) {
            throw model::NoSuchEntity("Policy " + policy_arn + " was not found.");
        }
        state::touch_identities(transaction);
    });
}

/// "/service-role/" of "arn:aws:iam::aws:policy/service-role/X".
std::string path_of(const std::string& policy_arn) {
    const auto first = policy_arn.find('/');
    return policy_arn.substr(first, policy_arn.rfind('/') - first + 1);
}

std::vector<model::AttachedPolicy> list(const Dependencies& dependencies,
                                        const api::CallContext& context, IamKind kind,
                                        const std::string& owner_name,
                                        const std::string& path_prefix) {
    return dependencies.database.read([&](db::Connection& connection) {
        const auto owner = require_entity(connection, context.account, kind, owner_name);
        std::vector<model::AttachedPolicy> policies;
        for (const auto& arn : state::attached_policies_of(connection, owner.unique_id)) {
            if (path_of(arn).starts_with(path_prefix)) {
                policies.push_back(
                    {.policy_name = arn.substr(arn.rfind('/') + 1), .policy_arn = arn});
            }
        }
        return policies;
    });
}

constexpr auto arn_of = [](const model::AttachedPolicy& policy) {
    return policy.policy_arn.value_or("");
};

}  // namespace

model::AttachUserPolicyResponse AttachedPolicyFamily::attach_user_policy(
    const api::CallContext& context, const model::AttachUserPolicyRequest& request) {
    attach(dependencies_, context, IamKind::user, request.user_name, request.policy_arn);
    return {};
}

model::DetachUserPolicyResponse AttachedPolicyFamily::detach_user_policy(
    const api::CallContext& context, const model::DetachUserPolicyRequest& request) {
    detach(dependencies_, context, IamKind::user, request.user_name, request.policy_arn);
    return {};
}

model::ListAttachedUserPoliciesResponse AttachedPolicyFamily::list_attached_user_policies(
    const api::CallContext& context, const model::ListAttachedUserPoliciesRequest& request) {
    model::ListAttachedUserPoliciesResponse response;
    set_page(dependencies_, context, "ListAttachedUserPolicies", request, response,
             list(dependencies_, context, IamKind::user, request.user_name,
                  request.path_prefix.value_or("/")),
             &model::ListAttachedUserPoliciesResponse::attached_policies, arn_of);
    return response;
}

model::AttachGroupPolicyResponse AttachedPolicyFamily::attach_group_policy(
    const api::CallContext& context, const model::AttachGroupPolicyRequest& request) {
    attach(dependencies_, context, IamKind::group, request.group_name, request.policy_arn);
    return {};
}

model::DetachGroupPolicyResponse AttachedPolicyFamily::detach_group_policy(
    const api::CallContext& context, const model::DetachGroupPolicyRequest& request) {
    detach(dependencies_, context, IamKind::group, request.group_name, request.policy_arn);
    return {};
}

model::ListAttachedGroupPoliciesResponse AttachedPolicyFamily::list_attached_group_policies(
    const api::CallContext& context, const model::ListAttachedGroupPoliciesRequest& request) {
    model::ListAttachedGroupPoliciesResponse response;
    set_page(dependencies_, context, "ListAttachedGroupPolicies", request, response,
             list(dependencies_, context, IamKind::group, request.group_name,
                  request.path_prefix.value_or("/")),
             &model::ListAttachedGroupPoliciesResponse::attached_policies, arn_of);
    return response;
}

model::AttachRolePolicyResponse AttachedPolicyFamily::attach_role_policy(
    const api::CallContext& context, const model::AttachRolePolicyRequest& request) {
    attach(dependencies_, context, IamKind::role, request.role_name, request.policy_arn);
    return {};
}

model::DetachRolePolicyResponse AttachedPolicyFamily::detach_role_policy(
    const api::CallContext& context, const model::DetachRolePolicyRequest& request) {
    detach(dependencies_, context, IamKind::role, request.role_name, request.policy_arn);
    return {};
}

model::ListAttachedRolePoliciesResponse AttachedPolicyFamily::list_attached_role_policies(
    const api::CallContext& context, const model::ListAttachedRolePoliciesRequest& request) {
    model::ListAttachedRolePoliciesResponse response;
    set_page(dependencies_, context, "ListAttachedRolePolicies", request, response,
             list(dependencies_, context, IamKind::role, request.role_name,
                  request.path_prefix.value_or("/")),
             &model::ListAttachedRolePoliciesResponse::attached_policies, arn_of);
    return response;
}

}  // namespace goldsmith::service::iam
