#include "service/iam/managed_policies.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "api/generated/iam/managed_policies_json.h"
#include "db/database.h"
#include "policy/managed_policies.h"
#include "service/key_pair.h"
#include "state/iam_policies.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

constexpr std::size_t longest_policy = 6144;
constexpr std::size_t most_versions = 5;
constexpr std::string_view aws_policies = "arn:aws:iam::aws:policy/";

bool is_aws(const std::string& arn) {
    return arn.starts_with(aws_policies);
}

std::string version_name(std::int64_t version) {
    return "v" + std::to_string(version);
}

std::int32_t attachments(db::Connection& connection, const std::string& account,
                         const std::string& arn) {
    return static_cast<std::int32_t>(state::entities_with_policy(connection, account, arn).size());
}

/// How many users and roles have each policy as their permission boundary.
using BoundaryUses = std::map<std::string, std::int32_t>;

BoundaryUses boundary_uses(db::Connection& connection, const std::string& account) {
    constexpr int quota = 10000;
    BoundaryUses uses;
    for (const IamKind kind : {IamKind::user, IamKind::role}) {
        for (const auto& entity :
             state::page_iam_entities(connection, account, kind, "/", "", quota)) {
            ++uses[EntityBody(entity).boundary()];
        }
    }
    return uses;
}

std::int32_t uses_of(const BoundaryUses& uses, const std::string& arn) {
    const auto found = uses.find(arn);
    return found == uses.end() ? 0 : found->second;
}

model::Policy view(db::Connection& connection, const state::IamEntity& policy,
                   const BoundaryUses& uses) {
    const EntityBody body(policy);
    model::Policy shown{.policy_name = policy.name,
                        .policy_id = policy.unique_id,
                        .arn = policy.arn(),
                        .path = policy.path,
                        .attachment_count = attachments(connection, policy.account, policy.arn()),
                        .permissions_boundary_usage_count = uses_of(uses, policy.arn()),
                        .is_attachable = true,
                        .create_date = from_ms(policy.created_ms),
                        .update_date = from_ms(body.updated_ms()),
                        .tags = tags_of(connection, policy.arn())};
    if (!body.description().empty()) {
        shown.description = body.description();
    }
    for (const auto& version : state::policy_versions_of(connection, policy.unique_id)) {
        if (version.is_default) {
            shown.default_version_id = version_name(version.version);
        }
    }
    return shown;
}

/// One of AWS's. Its id is made from its name, so that it is always the same.
model::Policy aws_view(db::Connection& connection, const std::string& account,
                       const std::string& arn, const BoundaryUses& uses) {
    const auto slash = arn.rfind('/');
    const auto first = arn.find('/');
    std::string id = "ANPA";
    for (const char each : arn.substr(first + 1)) {
        if (id.size() < 21 && ((each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z'))) {
            id += static_cast<char>(each & ~0x20);
        }
    }
    id.resize(21, 'A');
    return {.policy_name = arn.substr(slash + 1),
            .policy_id = id,
            .arn = arn,
            .path = arn.substr(first, slash - first + 1),
            .default_version_id = "v1",
            .attachment_count = attachments(connection, account, arn),
            .permissions_boundary_usage_count = uses_of(uses, arn),
            .is_attachable = true,
            .create_date = from_ms(0),
            .update_date = from_ms(0)};
}

const policy::ManagedPolicy* find_aws_policy(const std::string& arn) {
    const auto all = policy::managed_policies();
    const auto found = std::ranges::find(all, std::string_view(arn).substr(aws_policies.size()),
                                         &policy::ManagedPolicy::path_and_name);
    return found == all.end() ? nullptr : &*found;
}

const policy::ManagedPolicy& require_aws_policy(const std::string& arn) {
    const auto* found = find_aws_policy(arn);
    if (found == nullptr) {
        throw model::NoSuchEntity("Policy " + arn +
                                  " was not found: this server knows the name, and not what is in "
                                  "it. It can be attached, and allows nothing.");
    }
    return *found;
}

model::PolicyVersion version_view(const state::PolicyVersionRow& version, bool with_document) {
    model::PolicyVersion shown{.version_id = version_name(version.version),
                               .is_default_version = version.is_default,
                               .create_date = from_ms(version.created_ms)};
    if (with_document) {
        shown.document = encoded(version.document);
    }
    return shown;
}

state::PolicyVersionRow require_version(db::Connection& connection, const state::IamEntity& policy,
                                        const std::string& name) {
    for (auto& version : state::policy_versions_of(connection, policy.unique_id)) {
        if (version_name(version.version) == name) {
            return std::move(version);
        }
    }
    throw model::NoSuchEntity("Policy " + policy.arn() + " version " + name +
                              " does not exist or is not attachable.");
}

void set_updated(db::Connection& connection, state::IamEntity& policy, EntityBody body,
                 base::Time now) {
    body.set_updated_ms(to_ms(now));
    policy.body = body.serialized();
    state::update_iam_entity(connection, policy);
    state::touch_identities(connection);
}

bool is_wanted(const model::Policy& policy, const model::ListPoliciesRequest& request) {
    const bool attached = *policy.attachment_count > 0;
    const bool boundary = *policy.permissions_boundary_usage_count > 0;
    if (request.policy_usage_filter == model::PolicyUsage::permissions_boundary && !boundary) {
        return false;
    }
    if (request.policy_usage_filter == model::PolicyUsage::permissions_policy && boundary &&
        !attached) {
        return false;
    }
    return policy.path->starts_with(request.path_prefix.value_or("/")) &&
           (attached || !request.only_attached.value_or(false));
}

}  // namespace

model::CreatePolicyResponse ManagedPolicyFamily::create_policy(
    const api::CallContext& context, const model::CreatePolicyRequest& request) {
    check_policy(request.policy_document, policy::Kind::identity, longest_policy,
                 "policy " + request.policy_name);
    const auto id = make_unique_id(dependencies_.random, "ANPA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        EntityBody body;
        body.set_description(request.description.value_or(""));
        body.set_last_version(1);
        body.set_updated_ms(to_ms(context.now));
        state::IamEntity policy{.account = context.account,
                                .kind = IamKind::policy,
                                .name = request.policy_name,
                                .path = request.path.value_or("/"),
                                .unique_id = id,
                                .created_ms = to_ms(context.now),
                                .body = body.serialized()};
        insert_entity(transaction, policy, request.tags);
        state::insert_policy_version(transaction, id,
                                     {1, true, request.policy_document, to_ms(context.now)});
        return model::CreatePolicyResponse{.policy = view(transaction, policy, {})};
    });
}

model::GetPolicyResponse ManagedPolicyFamily::get_policy(const api::CallContext& context,
                                                         const model::GetPolicyRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto uses = boundary_uses(connection, context.account);
        if (is_aws(request.policy_arn)) {
            require_attachable(connection, context.account, request.policy_arn);
            // Also one that we do not know: waiters of clients want every one to be there.
            return model::GetPolicyResponse{
                .policy = aws_view(connection, context.account, request.policy_arn, uses)};
        }
        return model::GetPolicyResponse{
            .policy =
                view(connection,
                     require_own_policy(connection, context.account, request.policy_arn), uses)};
    });
}

model::DeletePolicyResponse ManagedPolicyFamily::delete_policy(
    const api::CallContext& context, const model::DeletePolicyRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto policy = require_own_policy(transaction, context.account, request.policy_arn);
        if (attachments(transaction, context.account, policy.arn()) > 0) {
            throw model::DeleteConflict("Cannot delete a policy attached to entities.");
        }
        if (uses_of(boundary_uses(transaction, context.account), policy.arn()) > 0) {
            throw model::DeleteConflict(
                "Cannot delete a policy that is the permission boundary of users or roles.");
        }
        if (state::policy_versions_of(transaction, policy.unique_id).size() > 1) {
            throw model::DeleteConflict(
                "This policy has more than one version. Before you delete a policy, you must "
                "delete "
                "the policy's versions. The default version is deleted with the policy.");
        }
        erase_entity(transaction, policy);
    });
    return {};
}

model::ListPoliciesResponse ManagedPolicyFamily::list_policies(
    const api::CallContext& context, const model::ListPoliciesRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        std::vector<model::Policy> policies;
        const auto uses = boundary_uses(connection, context.account);
        const auto scope = request.scope.value_or(model::PolicyScope::all);
        if (scope != model::PolicyScope::aws) {
            constexpr int quota = 10000;
            for (const auto& policy : state::page_iam_entities(connection, context.account,
                                                               IamKind::policy, "/", "", quota)) {
                policies.push_back(view(connection, policy, uses));
                policies.back().tags.reset();  // lists leave them out
            }
        }
        if (scope != model::PolicyScope::local) {
            for (const auto& policy : policy::managed_policies()) {
                policies.push_back(
                    aws_view(connection, context.account,
                             std::string(aws_policies) + std::string(policy.path_and_name), uses));
            }
        }
        std::erase_if(policies,
                      [&](const model::Policy& policy) { return !is_wanted(policy, request); });
        std::ranges::sort(policies, {}, &model::Policy::arn);
        model::ListPoliciesResponse response;
        set_page(dependencies_, context, "ListPolicies", request, response, std::move(policies),
                 &model::ListPoliciesResponse::policies,
                 [](const model::Policy& policy) { return policy.arn.value_or(""); });
        return response;
    });
}

model::CreatePolicyVersionResponse ManagedPolicyFamily::create_policy_version(
    const api::CallContext& context, const model::CreatePolicyVersionRequest& request) {
    check_policy(request.policy_document, policy::Kind::identity, longest_policy,
                 "policy " + request.policy_arn);
    return dependencies_.database.write([&](db::Transaction& transaction) {
        auto policy = require_own_policy(transaction, context.account, request.policy_arn);
        if (state::policy_versions_of(transaction, policy.unique_id).size() >= most_versions) {
            throw model::LimitExceeded(
                "A managed policy can have up to 5 versions. Before you create a new version, you "
                "must delete an existing version.");
        }
        EntityBody body(policy);
        const state::PolicyVersionRow version{body.last_version() + 1,
                                              request.set_as_default.value_or(false),
                                              request.policy_document, to_ms(context.now)};
        state::insert_policy_version(transaction, policy.unique_id, version);
        body.set_last_version(version.version);
        set_updated(transaction, policy, body, context.now);
        return model::CreatePolicyVersionResponse{.policy_version = version_view(version, false)};
    });
}

model::GetPolicyVersionResponse ManagedPolicyFamily::get_policy_version(
    const api::CallContext& context, const model::GetPolicyVersionRequest& request) {
    if (is_aws(request.policy_arn)) {
        const auto& policy = require_aws_policy(request.policy_arn);
        if (request.version_id != "v1") {
            throw model::NoSuchEntity("Policy " + request.policy_arn + " version " +
                                      request.version_id + " does not exist.");
        }
        return {.policy_version = version_view({1, true, std::string(policy.document), 0}, true)};
    }
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto policy = require_own_policy(connection, context.account, request.policy_arn);
        return model::GetPolicyVersionResponse{
            .policy_version =
                version_view(require_version(connection, policy, request.version_id), true)};
    });
}

model::ListPolicyVersionsResponse ManagedPolicyFamily::list_policy_versions(
    const api::CallContext& context, const model::ListPolicyVersionsRequest& request) {
    if (is_aws(request.policy_arn)) {
        return {.versions = std::vector{version_view({1, true, "", 0}, false)},
                .is_truncated = false};
    }
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto policy = require_own_policy(connection, context.account, request.policy_arn);
        // Five at most: one page.
        model::ListPolicyVersionsResponse response{.versions = std::vector<model::PolicyVersion>{},
                                                   .is_truncated = false};
        for (const auto& version : state::policy_versions_of(connection, policy.unique_id)) {
            response.versions->push_back(version_view(version, false));
        }
        return response;
    });
}

model::SetDefaultPolicyVersionResponse ManagedPolicyFamily::set_default_policy_version(
    const api::CallContext& context, const model::SetDefaultPolicyVersionRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto policy = require_own_policy(transaction, context.account, request.policy_arn);
        const auto version = require_version(transaction, policy, request.version_id);
        state::set_default_policy_version(transaction, policy.unique_id, version.version);
        set_updated(transaction, policy, EntityBody(policy), context.now);
    });
    return {};
}

model::DeletePolicyVersionResponse ManagedPolicyFamily::delete_policy_version(
    const api::CallContext& context, const model::DeletePolicyVersionRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto policy = require_own_policy(transaction, context.account, request.policy_arn);
        const auto version = require_version(transaction, policy, request.version_id);
        if (version.is_default) {
            throw model::DeleteConflict("Cannot delete the default version of a policy.");
        }
        state::erase_policy_version(transaction, policy.unique_id, version.version);
        set_updated(transaction, policy, EntityBody(policy), context.now);
    });
    return {};
}

model::TagPolicyResponse ManagedPolicyFamily::tag_policy(const api::CallContext& context,
                                                         const model::TagPolicyRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        put_tags(transaction,
                 require_own_policy(transaction, context.account, request.policy_arn).arn(),
                 request.tags);
    });
    return {};
}

model::UntagPolicyResponse ManagedPolicyFamily::untag_policy(
    const api::CallContext& context, const model::UntagPolicyRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        remove_tags(transaction,
                    require_own_policy(transaction, context.account, request.policy_arn).arn(),
                    request.tag_keys);
    });
    return {};
}

model::ListPolicyTagsResponse ManagedPolicyFamily::list_policy_tags(
    const api::CallContext& context, const model::ListPolicyTagsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        model::ListPolicyTagsResponse response;
        const auto tags =
            is_aws(request.policy_arn)
                ? std::nullopt
                : tags_of(
                      connection,
                      require_own_policy(connection, context.account, request.policy_arn).arn());
        set_page(dependencies_, context, "ListPolicyTags", request, response,
                 tags.value_or(std::vector<model::Tag>{}), &model::ListPolicyTagsResponse::tags,
                 [](const model::Tag& tag) { return tag.key; });
        return response;
    });
}

model::ListEntitiesForPolicyResponse ManagedPolicyFamily::list_entities_for_policy(
    const api::CallContext& context, const model::ListEntitiesForPolicyRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        require_attachable(connection, context.account, request.policy_arn);
        model::ListEntitiesForPolicyResponse response{
            .policy_groups = std::vector<model::PolicyGroup>{},
            .policy_users = std::vector<model::PolicyUser>{},
            .policy_roles = std::vector<model::PolicyRole>{},
            .is_truncated = false};
        for (const auto& owner :
             state::entities_with_policy(connection, context.account, request.policy_arn)) {
            if (owner.kind == IamKind::user) {
                response.policy_users->push_back({owner.name, owner.unique_id});
            } else if (owner.kind == IamKind::group) {
                response.policy_groups->push_back({owner.name, owner.unique_id});
            } else {
                response.policy_roles->push_back({owner.name, owner.unique_id});
            }
        }
        return response;
    });
}

}  // namespace goldsmith::service::iam
