#include "service/iam/roles.h"

#include <boost/json.hpp>

#include "api/generated/iam/roles_json.h"
#include "db/database.h"
#include "service/key_pair.h"
#include "state/iam_policies.h"
#include "state/tags.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

constexpr std::size_t longest_trust_policy = 4096;
constexpr std::string_view service_linked_path = "/aws-service-role/";

std::string hindrance(db::Connection& connection, const state::IamEntity& role) {
    if (!state::iam_containers_of(connection, role.unique_id, IamKind::instance_profile).empty()) {
        return "must remove roles from instance profile first.";
    }
    if (!state::attached_policies_of(connection, role.unique_id).empty()) {
        return "must detach all policies first.";
    }
    if (!state::inline_policies_of(connection, role.unique_id).empty()) {
        return "must delete policies first.";
    }
    return {};
}

state::IamEntity require_role(db::Connection& connection, const api::CallContext& context,
                              const std::string& name) {
    return require_entity(connection, context.account, IamKind::role, name);
}

/// A role that its owner may change: not one that belongs to a service.
state::IamEntity require_own_role(db::Connection& connection, const api::CallContext& context,
                                  const std::string& name) {
    auto role = require_role(connection, context, name);
    if (role.path.starts_with(service_linked_path)) {
        throw model::UnmodifiableEntity("Cannot perform the operation on the protected role '" +
                                        name + "' - this role is only modifiable by AWS");
    }
    return role;
}

template <class Change>
void change_role(const Dependencies& dependencies, const api::CallContext& context,
                 const std::string& name, Change change) {
    dependencies.database.write([&](db::Transaction& transaction) {
        auto role = require_own_role(transaction, context, name);
        EntityBody body(role);
        change(transaction.connection(), body);
        role.body = body.serialized();
        state::update_iam_entity(transaction, role);
        state::touch_identities(transaction);
    });
}

std::string trust_of_service(const std::string& service) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" +
           service + R"("},"Action":"sts:AssumeRole"}]})";
}

/// "imagebuilder.amazonaws.com" -> "AWSServiceRoleForImageBuilder"; of other services the first
/// part of their name with a capital.
std::string service_linked_name(const std::string& service) {
    if (service == "imagebuilder.amazonaws.com") {
        return "AWSServiceRoleForImageBuilder";
    }
    std::string name = service.substr(0, service.find('.'));
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') {
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    }
    return "AWSServiceRoleFor" + name;
}

}  // namespace

model::Role role_view(db::Connection& connection, const state::IamEntity& role) {
    const EntityBody body(role);
    model::Role view{.path = role.path,
                     .role_name = role.name,
                     .role_id = role.unique_id,
                     .arn = role.arn(),
                     .create_date = from_ms(role.created_ms),
                     .assume_role_policy_document = encoded(body.trust_policy()),
                     .max_session_duration = static_cast<std::int32_t>(body.max_session_seconds()),
                     .permissions_boundary = boundary_of(body),
                     .tags = tags_of(connection, role.arn())};
    if (!body.description().empty()) {
        view.description = body.description();
    }
    return view;
}

model::CreateRoleResponse RoleFamily::create_role(const api::CallContext& context,
                                                  const model::CreateRoleRequest& request) {
    check_policy(request.assume_role_policy_document, policy::Kind::trust, longest_trust_policy,
                 "the trust policy of role " + request.role_name);
    const auto path = request.path.value_or("/");
    if (path.starts_with(service_linked_path)) {
        throw model::ValidationError("The path " + std::string(service_linked_path) +
                                     " is for roles of services: call CreateServiceLinkedRole.");
    }
    const auto id = make_unique_id(dependencies_.random, "AROA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        EntityBody body;
        body.set_trust_policy(request.assume_role_policy_document);
        body.set_description(request.description.value_or(""));
        body.set_max_session_seconds(request.max_session_duration.value_or(3600));
        if (request.permissions_boundary) {
            require_attachable(transaction, context.account, *request.permissions_boundary);
            body.set_boundary(*request.permissions_boundary);
        }
        state::IamEntity role{.account = context.account,
                              .kind = IamKind::role,
                              .name = request.role_name,
                              .path = path,
                              .unique_id = id,
                              .created_ms = to_ms(context.now),
                              .body = body.serialized()};
        insert_entity(transaction, role, request.tags);
        return model::CreateRoleResponse{.role = role_view(transaction, role)};
    });
}

model::GetRoleResponse RoleFamily::get_role(const api::CallContext& context,
                                            const model::GetRoleRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        auto role = role_view(connection, require_role(connection, context, request.role_name));
        role.role_last_used = model::RoleLastUsed{};
        return model::GetRoleResponse{.role = std::move(role)};
    });
}

model::UpdateRoleResponse RoleFamily::update_role(const api::CallContext& context,
                                                  const model::UpdateRoleRequest& request) {
    change_role(dependencies_, context, request.role_name, [&](db::Connection&, EntityBody& body) {
        if (request.description) {
            body.set_description(*request.description);
        }
        if (request.max_session_duration) {
            body.set_max_session_seconds(*request.max_session_duration);
        }
    });
    return {};
}

model::UpdateRoleDescriptionResponse RoleFamily::update_role_description(
    const api::CallContext& context, const model::UpdateRoleDescriptionRequest& request) {
    change_role(dependencies_, context, request.role_name, [&](db::Connection&, EntityBody& body) {
        body.set_description(request.description);
    });
    return dependencies_.database.read([&](db::Connection& connection) {
        return model::UpdateRoleDescriptionResponse{
            .role = role_view(connection, require_role(connection, context, request.role_name))};
    });
}

model::UpdateAssumeRolePolicyResponse RoleFamily::update_assume_role_policy(
    const api::CallContext& context, const model::UpdateAssumeRolePolicyRequest& request) {
    check_policy(request.policy_document, policy::Kind::trust, longest_trust_policy,
                 "the trust policy of role " + request.role_name);
    change_role(dependencies_, context, request.role_name, [&](db::Connection&, EntityBody& body) {
        body.set_trust_policy(request.policy_document);
    });
    return {};
}

model::DeleteRoleResponse RoleFamily::delete_role(const api::CallContext& context,
                                                  const model::DeleteRoleRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto role = require_own_role(transaction, context, request.role_name);
        if (const auto what = hindrance(transaction, role); !what.empty()) {
            throw model::DeleteConflict("Cannot delete entity, " + what);
        }
        erase_entity(transaction, role);
    });
    return {};
}

model::ListRolesResponse RoleFamily::list_roles(const api::CallContext& context,
                                                const model::ListRolesRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto scope = api::page_scope("ListRoles", context, request);
        const auto page = page_of(dependencies_, scope, request);
        model::ListRolesResponse response;
        const auto roles =
            cut(dependencies_, scope, page, response,
                state::page_iam_entities(connection, context.account, IamKind::role,
                                         request.path_prefix.value_or("/"), page.after.value_or(""),
                                         static_cast<int>(page.limit) + 1),
                [](const state::IamEntity& role) { return role.name; });
        response.roles.emplace();
        for (const auto& role : roles) {
            response.roles->push_back(role_view(connection, role));
            response.roles->back().tags.reset();  // lists leave them out
        }
        return response;
    });
}

model::TagRoleResponse RoleFamily::tag_role(const api::CallContext& context,
                                            const model::TagRoleRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        put_tags(transaction, require_role(transaction, context, request.role_name).arn(),
                 request.tags);
    });
    return {};
}

model::UntagRoleResponse RoleFamily::untag_role(const api::CallContext& context,
                                                const model::UntagRoleRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        remove_tags(transaction, require_role(transaction, context, request.role_name).arn(),
                    request.tag_keys);
    });
    return {};
}

model::ListRoleTagsResponse RoleFamily::list_role_tags(const api::CallContext& context,
                                                       const model::ListRoleTagsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto role = require_role(connection, context, request.role_name);
        model::ListRoleTagsResponse response;
        set_page(dependencies_, context, "ListRoleTags", request, response,
                 tags_of(connection, role.arn()).value_or(std::vector<model::Tag>{}),
                 &model::ListRoleTagsResponse::tags, [](const model::Tag& tag) { return tag.key; });
        return response;
    });
}

model::PutRolePermissionsBoundaryResponse RoleFamily::put_role_permissions_boundary(
    const api::CallContext& context, const model::PutRolePermissionsBoundaryRequest& request) {
    change_role(dependencies_, context, request.role_name,
                [&](db::Connection& connection, EntityBody& body) {
                    require_attachable(connection, context.account, request.permissions_boundary);
                    body.set_boundary(request.permissions_boundary);
                });
    return {};
}

model::DeleteRolePermissionsBoundaryResponse RoleFamily::delete_role_permissions_boundary(
    const api::CallContext& context, const model::DeleteRolePermissionsBoundaryRequest& request) {
    change_role(dependencies_, context, request.role_name,
                [](db::Connection&, EntityBody& body) { body.set_boundary(""); });
    return {};
}

model::CreateServiceLinkedRoleResponse RoleFamily::create_service_linked_role(
    const api::CallContext& context, const model::CreateServiceLinkedRoleRequest& request) {
    const std::string& service = request.aws_service_name;
    if (!service.ends_with(".amazonaws.com")) {
        throw model::InvalidInput("The service " + service +
                                  " is not known; name it in full, such as "
                                  "imagebuilder.amazonaws.com.");
    }
    auto name = service_linked_name(service);
    if (request.custom_suffix) {
        name += "_" + *request.custom_suffix;
    }
    const auto id = make_unique_id(dependencies_.random, "AROA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        if (state::find_iam_entity(transaction, context.account, IamKind::role, name)) {
            throw model::InvalidInput("Service role name " + name +
                                      " has been taken in this account, please try a different "
                                      "suffix.");
        }
        EntityBody body;
        body.set_trust_policy(trust_of_service(service));
        body.set_description(request.description.value_or(""));
        state::IamEntity role{.account = context.account,
                              .kind = IamKind::role,
                              .name = name,
                              .path = std::string(service_linked_path) + service + "/",
                              .unique_id = id,
                              .created_ms = to_ms(context.now),
                              .body = body.serialized()};
        insert_entity(transaction, role, std::nullopt);
        return model::CreateServiceLinkedRoleResponse{.role = role_view(transaction, role)};
    });
}

model::DeleteServiceLinkedRoleResponse RoleFamily::delete_service_linked_role(
    const api::CallContext& context, const model::DeleteServiceLinkedRoleRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto role = require_role(transaction, context, request.role_name);
        if (!role.path.starts_with(service_linked_path)) {
            throw model::InvalidInput(request.role_name +
                                      " is no service-linked role; use DeleteRole.");
        }
        erase_entity(transaction, role);
        return model::DeleteServiceLinkedRoleResponse{
            .deletion_task_id = "task" + role.path + role.name + "/" + context.request_id};
    });
}

model::GetServiceLinkedRoleDeletionStatusResponse
RoleFamily::get_service_linked_role_deletion_status(
    const api::CallContext&, const model::GetServiceLinkedRoleDeletionStatusRequest& request) {
    if (!request.deletion_task_id.starts_with("task/")) {
        throw model::NoSuchEntity("There is no deletion task " + request.deletion_task_id + ".");
    }
    // A service-linked role is gone when its deletion has been answered.
    return {.status = "SUCCEEDED"};
}

}  // namespace goldsmith::service::iam
