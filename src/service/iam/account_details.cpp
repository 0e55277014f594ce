// GetAccountAuthorizationDetails: everything that decides, on pages over users, groups, roles and
// the account's own policies, in this order and by name.
#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/iam/account_json.h"
#include "db/database.h"
#include "service/iam/account.h"
#include "service/iam/instance_profiles.h"
#include "service/iam/roles.h"
#include "service/iam/users.h"
#include "state/iam_policies.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

constexpr int quota = 10000;

/// The filter's name of a kind.
model::EntityType type_of(IamKind kind) {
    switch (kind) {
        case IamKind::user:
            return model::EntityType::user;
        case IamKind::group:
            return model::EntityType::group;
        case IamKind::role:
            return model::EntityType::role;
        case IamKind::policy:
        case IamKind::instance_profile:
            break;
    }
    return model::EntityType::local_managed_policy;
}

/// The entity's place in the order: also the key of pages.
std::string place_of(const state::IamEntity& entity) {
    std::string name = entity.name;
    std::ranges::transform(name, name.begin(), [](char each) {
        return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    });
    return std::to_string(static_cast<int>(entity.kind)) + "/" + name;
}

std::vector<state::IamEntity> entities_of(
    db::Connection& connection, const std::string& account,
    const std::optional<std::vector<model::EntityType>>& filter) {
    std::vector<state::IamEntity> all;
    for (const IamKind kind : {IamKind::user, IamKind::group, IamKind::role, IamKind::policy}) {
        if (!filter || filter->empty() ||
            std::ranges::find(*filter, type_of(kind)) != filter->end()) {
            auto some = state::page_iam_entities(connection, account, kind, "/", "", quota);
            std::ranges::move(some, std::back_inserter(all));
        }
    }
    return all;
}

std::vector<model::PolicyDetail> inline_of(db::Connection& connection,
                                           const state::IamEntity& owner) {
    std::vector<model::PolicyDetail> policies;
    for (const auto& [name, document] : state::inline_policies_of(connection, owner.unique_id)) {
        policies.push_back({.policy_name = name, .policy_document = encoded(document)});
    }
    return policies;
}

std::vector<model::AttachedPolicy> attached_to(db::Connection& connection,
                                               const state::IamEntity& owner) {
    std::vector<model::AttachedPolicy> policies;
    for (const auto& arn : state::attached_policies_of(connection, owner.unique_id)) {
        policies.push_back({.policy_name = arn.substr(arn.rfind('/') + 1), .policy_arn = arn});
    }
    return policies;
}

model::UserDetail user_detail(db::Connection& connection, const state::IamEntity& entity) {
    const auto user = user_view(connection, entity);
    model::UserDetail detail{.path = user.path,
                             .user_name = user.user_name,
                             .user_id = user.user_id,
                             .arn = user.arn,
                             .create_date = user.create_date,
                             .user_policy_list = inline_of(connection, entity),
                             .group_list = std::vector<std::string>{},
                             .attached_managed_policies = attached_to(connection, entity),
                             .permissions_boundary = user.permissions_boundary,
                             .tags = user.tags};
    for (const auto& group :
         state::iam_containers_of(connection, entity.unique_id, IamKind::group)) {
        detail.group_list->push_back(group.name);
    }
    return detail;
}

model::GroupDetail group_detail(db::Connection& connection, const state::IamEntity& entity) {
    return {.path = entity.path,
            .group_name = entity.name,
            .group_id = entity.unique_id,
            .arn = entity.arn(),
            .create_date = from_ms(entity.created_ms),
            .group_policy_list = inline_of(connection, entity),
            .attached_managed_policies = attached_to(connection, entity)};
}

model::RoleDetail role_detail(db::Connection& connection, const state::IamEntity& entity) {
    const auto role = role_view(connection, entity);
    model::RoleDetail detail{.path = role.path,
                             .role_name = role.role_name,
                             .role_id = role.role_id,
                             .arn = role.arn,
                             .create_date = role.create_date,
                             .assume_role_policy_document = role.assume_role_policy_document,
                             .instance_profile_list = std::vector<model::InstanceProfile>{},
                             .role_policy_list = inline_of(connection, entity),
                             .attached_managed_policies = attached_to(connection, entity),
                             .permissions_boundary = role.permissions_boundary,
                             .tags = role.tags};
    for (const auto& profile :
         state::iam_containers_of(connection, entity.unique_id, IamKind::instance_profile)) {
        detail.instance_profile_list->push_back(instance_profile_view(connection, profile));
    }
    return detail;
}

model::ManagedPolicyDetail policy_detail(db::Connection& connection,
                                         const state::IamEntity& entity) {
    const EntityBody body(entity);
    const auto users = state::entities_with_policy(connection, entity.account, entity.arn());
    model::ManagedPolicyDetail detail{.policy_name = entity.name,
                                      .policy_id = entity.unique_id,
                                      .arn = entity.arn(),
                                      .path = entity.path,
                                      .attachment_count = static_cast<std::int32_t>(users.size()),
                                      .is_attachable = true,
                                      .create_date = from_ms(entity.created_ms),
                                      .update_date = from_ms(body.updated_ms()),
                                      .policy_version_list = std::vector<model::PolicyVersion>{}};
    if (!body.description().empty()) {
        detail.description = body.description();
    }
    for (const auto& version : state::policy_versions_of(connection, entity.unique_id)) {
        const std::string name = "v" + std::to_string(version.version);
        if (version.is_default) {
            detail.default_version_id = name;
        }
        detail.policy_version_list->push_back({.document = encoded(version.document),
                                               .version_id = name,
                                               .is_default_version = version.is_default,
                                               .create_date = from_ms(version.created_ms)});
    }
    return detail;
}

}  // namespace

model::GetAccountAuthorizationDetailsResponse AccountFamily::get_account_authorization_details(
    const api::CallContext& context, const model::GetAccountAuthorizationDetailsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto scope = api::page_scope("GetAccountAuthorizationDetails", context, request);
        const auto page = page_of(dependencies_, scope, request);
        auto all = entities_of(connection, context.account, request.filter);
        if (page.after) {
            std::erase_if(all, [&](const state::IamEntity& entity) {
                return !(place_of(entity) > *page.after);
            });
        }
        model::GetAccountAuthorizationDetailsResponse response{
            .user_detail_list = std::vector<model::UserDetail>{},
            .group_detail_list = std::vector<model::GroupDetail>{},
            .role_detail_list = std::vector<model::RoleDetail>{},
            .policies = std::vector<model::ManagedPolicyDetail>{}};
        for (const auto& entity :
             cut(dependencies_, scope, page, response, std::move(all), place_of)) {
            if (entity.kind == IamKind::user) {
                response.user_detail_list->push_back(user_detail(connection, entity));
            } else if (entity.kind == IamKind::group) {
                response.group_detail_list->push_back(group_detail(connection, entity));
            } else if (entity.kind == IamKind::role) {
                response.role_detail_list->push_back(role_detail(connection, entity));
            } else {
                response.policies->push_back(policy_detail(connection, entity));
            }
        }
        return response;
    });
}

}  // namespace goldsmith::service::iam
