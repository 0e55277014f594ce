#include "service/iam/groups.h"

#include <boost/json.hpp>

#include "api/generated/iam/groups_json.h"
#include "db/database.h"
#include "service/iam/users.h"
#include "service/key_pair.h"
#include "state/iam_policies.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

model::Group group_view(const state::IamEntity& group) {
    return {.path = group.path,
            .group_name = group.name,
            .group_id = group.unique_id,
            .arn = group.arn(),
            .create_date = from_ms(group.created_ms)};
}

model::CreateGroupResponse GroupFamily::create_group(const api::CallContext& context,
                                                     const model::CreateGroupRequest& request) {
    const auto id = make_unique_id(dependencies_.random, "AGPA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        state::IamEntity group{.account = context.account,
                               .kind = IamKind::group,
                               .name = request.group_name,
                               .path = request.path.value_or("/"),
                               .unique_id = id,
                               .created_ms = to_ms(context.now)};
        insert_entity(transaction, group, std::nullopt);
        return model::CreateGroupResponse{.group = group_view(group)};
    });
}

model::GetGroupResponse GroupFamily::get_group(const api::CallContext& context,
                                               const model::GetGroupRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto group =
            require_entity(connection, context.account, IamKind::group, request.group_name);
        std::vector<model::User> users;
        for (const auto& user : state::iam_members_of(connection, group.unique_id)) {
            users.push_back(user_view(connection, user));
        }
        model::GetGroupResponse response{.group = group_view(group)};
        set_page(dependencies_, context, "GetGroup", request, response, std::move(users),
                 &model::GetGroupResponse::users,
                 [](const model::User& user) { return user.user_name.value_or(""); });
        return response;
    });
}

model::DeleteGroupResponse GroupFamily::delete_group(const api::CallContext& context,
                                                     const model::DeleteGroupRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto group =
            require_entity(transaction, context.account, IamKind::group, request.group_name);
        if (!state::iam_members_of(transaction, group.unique_id).empty()) {
            throw model::DeleteConflict(
                "Cannot delete entity, must remove users from group first.");
        }
        if (!state::attached_policies_of(transaction, group.unique_id).empty()) {
            throw model::DeleteConflict("Cannot delete entity, must detach all policies first.");
        }
        if (!state::inline_policies_of(transaction, group.unique_id).empty()) {
            throw model::DeleteConflict("Cannot delete entity, must delete policies first.");
        }
        erase_entity(transaction, group);
    });
    return {};
}

model::ListGroupsResponse GroupFamily::list_groups(const api::CallContext& context,
                                                   const model::ListGroupsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto scope = api::page_scope("ListGroups", context, request);
        const auto page = page_of(dependencies_, scope, request);
        model::ListGroupsResponse response;
        const auto groups =
            cut(dependencies_, scope, page, response,
                state::page_iam_entities(connection, context.account, IamKind::group,
                                         request.path_prefix.value_or("/"), page.after.value_or(""),
                                         static_cast<int>(page.limit) + 1),
                [](const state::IamEntity& group) { return group.name; });
        response.groups.emplace();
        for (const auto& group : groups) {
            response.groups->push_back(group_view(group));
        }
        return response;
    });
}

model::ListGroupsForUserResponse GroupFamily::list_groups_for_user(
    const api::CallContext& context, const model::ListGroupsForUserRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto user =
            require_entity(connection, context.account, IamKind::user, request.user_name);
        std::vector<model::Group> groups;
        for (const auto& group :
             state::iam_containers_of(connection, user.unique_id, IamKind::group)) {
            groups.push_back(group_view(group));
        }
        model::ListGroupsForUserResponse response;
        set_page(dependencies_, context, "ListGroupsForUser", request, response, std::move(groups),
                 &model::ListGroupsForUserResponse::groups,
                 [](const model::Group& group) { return group.group_name.value_or(""); });
        return response;
    });
}

model::AddUserToGroupResponse GroupFamily::add_user_to_group(
    const api::CallContext& context, const model::AddUserToGroupRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto group =
            require_entity(transaction, context.account, IamKind::group, request.group_name);
        const auto user =
            require_entity(transaction, context.account, IamKind::user, request.user_name);
        state::add_iam_member(transaction, group.unique_id, user.unique_id);
        state::touch_identities(transaction);
    });
    return {};
}

model::RemoveUserFromGroupResponse GroupFamily::remove_user_from_group(
    const api::CallContext& context, const model::RemoveUserFromGroupRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto group =
            require_entity(transaction, context.account, IamKind::group, request.group_name);
        const auto user =
            require_entity(transaction, context.account, IamKind::user, request.user_name);
        state::remove_iam_member(transaction, group.unique_id, user.unique_id);
        state::touch_identities(transaction);
    });
    return {};
}

}  // namespace goldsmith::service::iam
