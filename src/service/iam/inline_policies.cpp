#include "service/iam/inline_policies.h"

#include <boost/json.hpp>

#include "api/generated/iam/inline_policies_json.h"
#include "db/database.h"
#include "state/iam_policies.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

/// The quota on all inline policies of an owner together.
std::size_t most_characters(IamKind kind) {
    switch (kind) {
        case IamKind::user:
            return 2048;
        case IamKind::group:
            return 5120;
        case IamKind::role:
        case IamKind::policy:
        case IamKind::instance_profile:
            break;
    }
    return 10240;
}

void put(const Dependencies& dependencies, const api::CallContext& context, IamKind kind,
         const std::string& owner_name, const state::InlinePolicy& policy) {
    const std::string what = std::string(state::to_string(kind)) + " " + owner_name;
    check_policy(policy.document, policy::Kind::identity, most_characters(kind), what);
    dependencies.database.write([&](db::Transaction& transaction) {
        const auto owner = require_entity(transaction, context.account, kind, owner_name);
        state::put_inline_policy(transaction, owner.unique_id, policy);
        std::size_t characters = 0;
        for (const auto& each : state::inline_policies_of(transaction, owner.unique_id)) {
            characters += policy::counted_size(each.document);
        }
        if (characters > most_characters(kind)) {
            throw model::LimitExceeded("Maximum policy size of " +
                                       std::to_string(most_characters(kind)) +
                                       " bytes exceeded for " + what);
        }
        state::touch_identities(transaction);
    });
}

[[noreturn]] void throw_no_policy(IamKind kind, const std::string& name) {
    throw model::NoSuchEntity("The " + std::string(state::to_string(kind)) + " policy with name " +
                              name + " cannot be found.");
}

std::vector<state::InlinePolicy> all_of(db::Connection& connection, const api::CallContext& context,
                                        IamKind kind, const std::string& owner_name) {
    const auto owner = require_entity(connection, context.account, kind, owner_name);
    return state::inline_policies_of(connection, owner.unique_id);
}

std::string get(const Dependencies& dependencies, const api::CallContext& context, IamKind kind,
                const std::string& owner_name, const std::string& name) {
    return dependencies.database.read([&](db::Connection& connection) {
        for (const auto& policy : all_of(connection, context, kind, owner_name)) {
            if (policy.name == name) {
                return encoded(policy.document);
            }
        }
        throw_no_policy(kind, name);
    });
}

void erase(const Dependencies& dependencies, const api::CallContext& context, IamKind kind,
           const std::string& owner_name, const std::string& name) {
    dependencies.database.write([&](db::Transaction& transaction) {
        const auto owner = require_entity(transaction, context.account, kind, owner_name);
        if (!state::erase_inline_policy(transaction, owner.unique_id, name)) {
            throw_no_policy(kind, name);
        }
        state::touch_identities(transaction);
    });
}

std::vector<std::string> names(const Dependencies& dependencies, const api::CallContext& context,
                               IamKind kind, const std::string& owner_name) {
    return dependencies.database.read([&](db::Connection& connection) {
        std::vector<std::string> all;
        for (auto& policy : all_of(connection, context, kind, owner_name)) {
            all.push_back(std::move(policy.name));
        }
        return all;
    });
}

constexpr auto itself = [](const std::string& name) { return name; };

}  // namespace

model::PutUserPolicyResponse InlinePolicyFamily::put_user_policy(
    const api::CallContext& context, const model::PutUserPolicyRequest& request) {
    put(dependencies_, context, IamKind::user, request.user_name,
        {request.policy_name, request.policy_document});
    return {};
}

model::GetUserPolicyResponse InlinePolicyFamily::get_user_policy(
    const api::CallContext& context, const model::GetUserPolicyRequest& request) {
    return {.user_name = request.user_name,
            .policy_name = request.policy_name,
            .policy_document =
                get(dependencies_, context, IamKind::user, request.user_name, request.policy_name)};
}

model::DeleteUserPolicyResponse InlinePolicyFamily::delete_user_policy(
    const api::CallContext& context, const model::DeleteUserPolicyRequest& request) {
    erase(dependencies_, context, IamKind::user, request.user_name, request.policy_name);
    return {};
}

model::ListUserPoliciesResponse InlinePolicyFamily::list_user_policies(
    const api::CallContext& context, const model::ListUserPoliciesRequest& request) {
    model::ListUserPoliciesResponse response;
    set_page(dependencies_, context, "ListUserPolicies", request, response,
             names(dependencies_, context, IamKind::user, request.user_name),
             &model::ListUserPoliciesResponse::policy_names, itself);
    return response;
}

model::PutGroupPolicyResponse InlinePolicyFamily::put_group_policy(
    const api::CallContext& context, const model::PutGroupPolicyRequest& request) {
    put(dependencies_, context, IamKind::group, request.group_name,
        {request.policy_name, request.policy_document});
    return {};
}

model::GetGroupPolicyResponse InlinePolicyFamily::get_group_policy(
    const api::CallContext& context, const model::GetGroupPolicyRequest& request) {
    return {.group_name = request.group_name,
            .policy_name = request.policy_name,
            .policy_document = get(dependencies_, context, IamKind::group, request.group_name,
                                   request.policy_name)};
}

model::DeleteGroupPolicyResponse InlinePolicyFamily::delete_group_policy(
    const api::CallContext& context, const model::DeleteGroupPolicyRequest& request) {
    erase(dependencies_, context, IamKind::group, request.group_name, request.policy_name);
    return {};
}

model::ListGroupPoliciesResponse InlinePolicyFamily::list_group_policies(
    const api::CallContext& context, const model::ListGroupPoliciesRequest& request) {
    model::ListGroupPoliciesResponse response;
    set_page(dependencies_, context, "ListGroupPolicies", request, response,
             names(dependencies_, context, IamKind::group, request.group_name),
             &model::ListGroupPoliciesResponse::policy_names, itself);
    return response;
}

model::PutRolePolicyResponse InlinePolicyFamily::put_role_policy(
    const api::CallContext& context, const model::PutRolePolicyRequest& request) {
    put(dependencies_, context, IamKind::role, request.role_name,
        {request.policy_name, request.policy_document});
    return {};
}

model::GetRolePolicyResponse InlinePolicyFamily::get_role_policy(
    const api::CallContext& context, const model::GetRolePolicyRequest& request) {
    return {.role_name = request.role_name,
            .policy_name = request.policy_name,
            .policy_document =
                get(dependencies_, context, IamKind::role, request.role_name, request.policy_name)};
}

model::DeleteRolePolicyResponse InlinePolicyFamily::delete_role_policy(
    const api::CallContext& context, const model::DeleteRolePolicyRequest& request) {
    erase(dependencies_, context, IamKind::role, request.role_name, request.policy_name);
    return {};
}

model::ListRolePoliciesResponse InlinePolicyFamily::list_role_policies(
    const api::CallContext& context, const model::ListRolePoliciesRequest& request) {
    model::ListRolePoliciesResponse response;
    set_page(dependencies_, context, "ListRolePolicies", request, response,
             names(dependencies_, context, IamKind::role, request.role_name),
             &model::ListRolePoliciesResponse::policy_names, itself);
    return response;
}

}  // namespace goldsmith::service::iam
