#include "service/iam/users.h"

#include <boost/json.hpp>

#include "api/generated/iam/users_json.h"
#include "db/database.h"
#include "service/key_pair.h"
#include "state/credentials.h"
#include "state/iam_policies.h"
#include "state/tags.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

/// What still hangs on a user, as AWS says it; empty: nothing.
std::string hindrance(db::Connection& connection, const state::IamEntity& user) {
    if (!state::access_keys_of(connection, user.account, user.unique_id).empty()) {
        return "must delete access keys first.";
    }
    if (!state::attached_policies_of(connection, user.unique_id).empty()) {
        return "must detach all policies first.";
    }
    if (!state::inline_policies_of(connection, user.unique_id).empty()) {
        return "must delete policies first.";
    }
    if (!state::iam_containers_of(connection, user.unique_id, IamKind::group).empty()) {
        return "must remove users from group first.";
    }
    return {};
}

void set_boundary(db::Connection& connection, state::IamEntity& user, const std::string& arn) {
    EntityBody body(user);
    body.set_boundary(arn);
    user.body = body.serialized();
    state::update_iam_entity(connection, user);
    state::touch_identities(connection);
}

}  // namespace

model::User user_view(db::Connection& connection, const state::IamEntity& user) {
    return {.path = user.path,
            .user_name = user.name,
            .user_id = user.unique_id,
            .arn = user.arn(),
            .create_date = from_ms(user.created_ms),
            .permissions_boundary = boundary_of(EntityBody(user)),
            .tags = tags_of(connection, user.arn())};
}

model::CreateUserResponse UserFamily::create_user(const api::CallContext& context,
                                                  const model::CreateUserRequest& request) {
    const auto id = make_unique_id(dependencies_.random, "AIDA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        state::IamEntity user{.account = context.account,
                              .kind = IamKind::user,
                              .name = request.user_name,
                              .path = request.path.value_or("/"),
                              .unique_id = id,
                              .created_ms = to_ms(context.now)};
        if (request.permissions_boundary) {
            require_attachable(transaction, context.account, *request.permissions_boundary);
            EntityBody body;
            body.set_boundary(*request.permissions_boundary);
            user.body = body.serialized();
        }
        insert_entity(transaction, user, request.tags);
        return model::CreateUserResponse{.user = user_view(transaction, user)};
    });
}

model::GetUserResponse UserFamily::get_user(const api::CallContext& context,
                                            const model::GetUserRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        if (request.user_name) {
            return model::GetUserResponse{
                .user = user_view(connection, require_entity(connection, context.account,
                                                             IamKind::user, *request.user_name))};
        }
        if (context.principal_arn.ends_with(":root")) {
            return model::GetUserResponse{.user = model::User{.path = "/",
                                                              .user_name = context.account,
                                                              .user_id = context.account,
                                                              .arn = context.principal_arn,
                                                              .create_date = from_ms(0)}};
        }
        const auto user = state::find_iam_entity_by_arn(connection, context.principal_arn);
        if (!user) {
            throw model::ValidationError(
                "Must specify userName when calling with non-User "
                "credentials");
        }
        return model::GetUserResponse{.user = user_view(connection, *user)};
    });
}

model::UpdateUserResponse UserFamily::update_user(const api::CallContext& context,
                                                  const model::UpdateUserRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto user = require_entity(transaction, context.account, IamKind::user, request.user_name);
        const auto old_arn = user.arn();
        if (request.new_user_name) {
            const auto other = state::find_iam_entity(transaction, context.account, IamKind::user,
                                                      *request.new_user_name);
            if (other && other->id != user.id) {
                throw model::EntityAlreadyExists("User with name " + *request.new_user_name +
                                                 " already exists.");
            }
            user.name = *request.new_user_name;
        }
        user.path = request.new_path.value_or(user.path);
        state::update_iam_entity(transaction, user);
        const auto tags = state::tags_of(transaction, old_arn);
        state::erase_tags(transaction, old_arn);
        state::put_tags(transaction, user.arn(), tags);
        state::set_principal_arn_of_keys(transaction, user.unique_id, user.arn());
        state::touch_identities(transaction);
    });
    return {};
}

model::DeleteUserResponse UserFamily::delete_user(const api::CallContext& context,
                                                  const model::DeleteUserRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto user =
            require_entity(transaction, context.account, IamKind::user, request.user_name);
        if (const auto what = hindrance(transaction, user); !what.empty()) {
            throw model::DeleteConflict("Cannot delete entity, " + what);
        }
        erase_entity(transaction, user);
    });
    return {};
}

model::ListUsersResponse UserFamily::list_users(const api::CallContext& context,
                                                const model::ListUsersRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto scope = api::page_scope("ListUsers", context, request);
        const auto page = page_of(dependencies_, scope, request);
        model::ListUsersResponse response;
        auto users =
            cut(dependencies_, scope, page, response,
                state::page_iam_entities(connection, context.account, IamKind::user,
                                         request.path_prefix.value_or("/"), page.after.value_or(""),
                                         static_cast<int>(page.limit) + 1),
                [](const state::IamEntity& user) { return user.name; });
        response.users.emplace();
        for (const auto& user : users) {
            response.users->push_back(user_view(connection, user));
            response.users->back().tags.reset();  // lists leave them out
        }
        return response;
    });
}

model::TagUserResponse UserFamily::tag_user(const api::CallContext& context,
                                            const model::TagUserRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto user =
            require_entity(transaction, context.account, IamKind::user, request.user_name);
        put_tags(transaction, user.arn(), request.tags);
    });
    return {};
}

model::UntagUserResponse UserFamily::untag_user(const api::CallContext& context,
                                                const model::UntagUserRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto user =
            require_entity(transaction, context.account, IamKind::user, request.user_name);
        remove_tags(transaction, user.arn(), request.tag_keys);
    });
    return {};
}

model::ListUserTagsResponse UserFamily::list_user_tags(const api::CallContext& context,
                                                       const model::ListUserTagsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto user =
            require_entity(connection, context.account, IamKind::user, request.user_name);
        model::ListUserTagsResponse response;
        set_page(dependencies_, context, "ListUserTags", request, response,
                 tags_of(connection, user.arn()).value_or(std::vector<model::Tag>{}),
                 &model::ListUserTagsResponse::tags, [](const model::Tag& tag) { return tag.key; });
        return response;
    });
}

model::PutUserPermissionsBoundaryResponse UserFamily::put_user_permissions_boundary(
    const api::CallContext& context, const model::PutUserPermissionsBoundaryRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto user = require_entity(transaction, context.account, IamKind::user, request.user_name);
        require_attachable(transaction, context.account, request.permissions_boundary);
        set_boundary(transaction, user, request.permissions_boundary);
    });
    return {};
}

model::DeleteUserPermissionsBoundaryResponse UserFamily::delete_user_permissions_boundary(
    const api::CallContext& context, const model::DeleteUserPermissionsBoundaryRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto user = require_entity(transaction, context.account, IamKind::user, request.user_name);
        set_boundary(transaction, user, "");
    });
    return {};
}

}  // namespace goldsmith::service::iam
