#include "service/iam/instance_profiles.h"

#include <boost/json.hpp>

#include "api/generated/iam/instance_profiles_json.h"
#include "db/database.h"
#include "service/iam/roles.h"
#include "service/key_pair.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

state::IamEntity require_profile(db::Connection& connection, const api::CallContext& context,
                                 const std::string& name) {
    return require_entity(connection, context.account, IamKind::instance_profile, name);
}

}  // namespace

model::InstanceProfile instance_profile_view(db::Connection& connection,
                                             const state::IamEntity& profile) {
    model::InstanceProfile shown{.path = profile.path,
                                 .instance_profile_name = profile.name,
                                 .instance_profile_id = profile.unique_id,
                                 .arn = profile.arn(),
                                 .create_date = from_ms(profile.created_ms),
                                 .roles = std::vector<model::Role>{},
                                 .tags = tags_of(connection, profile.arn())};
    for (const auto& role : state::iam_members_of(connection, profile.unique_id)) {
        shown.roles->push_back(role_view(connection, role));
    }
    return shown;
}

model::CreateInstanceProfileResponse InstanceProfileFamily::create_instance_profile(
    const api::CallContext& context, const model::CreateInstanceProfileRequest& request) {
    const auto id = make_unique_id(dependencies_.random, "AIPA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        state::IamEntity profile{.account = context.account,
                                 .kind = IamKind::instance_profile,
                                 .name = request.instance_profile_name,
                                 .path = request.path.value_or("/"),
                                 .unique_id = id,
                                 .created_ms = to_ms(context.now)};
        insert_entity(transaction, profile, request.tags);
        return model::CreateInstanceProfileResponse{
            .instance_profile = instance_profile_view(transaction, profile)};
    });
}

model::GetInstanceProfileResponse InstanceProfileFamily::get_instance_profile(
    const api::CallContext& context, const model::GetInstanceProfileRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        return model::GetInstanceProfileResponse{
            .instance_profile = instance_profile_view(
                connection, require_profile(connection, context, request.instance_profile_name))};
    });
}

model::DeleteInstanceProfileResponse InstanceProfileFamily::delete_instance_profile(
    const api::CallContext& context, const model::DeleteInstanceProfileRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto profile = require_profile(transaction, context, request.instance_profile_name);
        if (!state::iam_members_of(transaction, profile.unique_id).empty()) {
            throw model::DeleteConflict(
                "Cannot delete entity, must remove roles from instance profile first.");
        }
        erase_entity(transaction, profile);
    });
    return {};
}

model::ListInstanceProfilesResponse InstanceProfileFamily::list_instance_profiles(
    const api::CallContext& context, const model::ListInstanceProfilesRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto scope = api::page_scope("ListInstanceProfiles", context, request);
        const auto page = page_of(dependencies_, scope, request);
        model::ListInstanceProfilesResponse response;
        const auto profiles =
            cut(dependencies_, scope, page, response,
                state::page_iam_entities(connection, context.account, IamKind::instance_profile,
                                         request.path_prefix.value_or("/"), page.after.value_or(""),
                                         static_cast<int>(page.limit) + 1),
                [](const state::IamEntity& profile) { return profile.name; });
        response.instance_profiles.emplace();
        for (const auto& profile : profiles) {
            response.instance_profiles->push_back(instance_profile_view(connection, profile));
            response.instance_profiles->back().tags.reset();  // lists leave them out
        }
        return response;
    });
}

model::ListInstanceProfilesForRoleResponse InstanceProfileFamily::list_instance_profiles_for_role(
    const api::CallContext& context, const model::ListInstanceProfilesForRoleRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto role =
            require_entity(connection, context.account, IamKind::role, request.role_name);
        std::vector<model::InstanceProfile> profiles;
        for (const auto& profile :
             state::iam_containers_of(connection, role.unique_id, IamKind::instance_profile)) {
            profiles.push_back(instance_profile_view(connection, profile));
        }
        model::ListInstanceProfilesForRoleResponse response;
        set_page(dependencies_, context, "ListInstanceProfilesForRole", request, response,
                 std::move(profiles),
                 &model::ListInstanceProfilesForRoleResponse::instance_profiles,
                 [](const model::InstanceProfile& profile) {
                     return profile.instance_profile_name.value_or("");
                 });
        return response;
    });
}

model::AddRoleToInstanceProfileResponse InstanceProfileFamily::add_role_to_instance_profile(
    const api::CallContext& context, const model::AddRoleToInstanceProfileRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto profile = require_profile(transaction, context, request.instance_profile_name);
        const auto role =
            require_entity(transaction, context.account, IamKind::role, request.role_name);
        if (!state::iam_members_of(transaction, profile.unique_id).empty()) {
            throw model::LimitExceeded(
                "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
        }
        state::add_iam_member(transaction, profile.unique_id, role.unique_id);
        state::touch_identities(transaction);
    });
    return {};
}

model::RemoveRoleFromInstanceProfileResponse
InstanceProfileFamily::remove_role_from_instance_profile(
    const api::CallContext& context, const model::RemoveRoleFromInstanceProfileRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto profile = require_profile(transaction, context, request.instance_profile_name);
        const auto role =
            require_entity(transaction, context.account, IamKind::role, request.role_name);
        if (!state::remove_iam_member(transaction, profile.unique_id, role.unique_id)) {
            throw model::NoSuchEntity("Role " + request.role_name + " is not in instance profile " +
                                      request.instance_profile_name + ".");
        }
        state::touch_identities(transaction);
    });
    return {};
}

model::TagInstanceProfileResponse InstanceProfileFamily::tag_instance_profile(
    const api::CallContext& context, const model::TagInstanceProfileRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        put_tags(transaction,
                 require_profile(transaction, context, request.instance_profile_name).arn(),
                 request.tags);
    });
    return {};
}

model::UntagInstanceProfileResponse InstanceProfileFamily::untag_instance_profile(
    const api::CallContext& context, const model::UntagInstanceProfileRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        remove_tags(transaction,
                    require_profile(transaction, context, request.instance_profile_name).arn(),
                    request.tag_keys);
    });
    return {};
}

model::ListInstanceProfileTagsResponse InstanceProfileFamily::list_instance_profile_tags(
    const api::CallContext& context, const model::ListInstanceProfileTagsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto profile = require_profile(connection, context, request.instance_profile_name);
        model::ListInstanceProfileTagsResponse response;
        set_page(dependencies_, context, "ListInstanceProfileTags", request, response,
                 tags_of(connection, profile.arn()).value_or(std::vector<model::Tag>{}),
                 &model::ListInstanceProfileTagsResponse::tags,
                 [](const model::Tag& tag) { return tag.key; });
        return response;
    });
}

}  // namespace goldsmith::service::iam
