#include "service/imagebuilder/sharing.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/imagebuilder/errors.h"
#include "policy/evaluate.h"
#include "policy/json_tree.h"
#include "state/iam_entities.h"
#include "state/resource_policies.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;
namespace json = boost::json;

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw ib::InvalidParameterValueException(
        "The value supplied for parameter 'policy' is not valid. " + why);
}

/// A text or a list of them, as policies write both.
std::vector<std::string> texts(const json::value* value) {
    std::vector<std::string> list;
    if (value != nullptr && value->is_string()) {
        list.emplace_back(value->get_string());
    } else if (value != nullptr && value->is_array()) {
        for (const json::value& item : value->get_array()) {
            list.emplace_back(item.as_string());
        }
    }
    return list;
}

/// The statements of a policy that was parsed before.
json::array statements_of(const std::string& policy) {
    const json::value tree = policy::parse_tree(policy);
    const json::value& statements = tree.at("Statement");
    return statements.is_array() ? statements.get_array() : json::array{statements};
}

/// The account a principal stands for: "210987654321" or "arn:aws:iam::210987654321:root".
std::string account_of(const std::string& principal) {
    constexpr std::size_t account_at = 4;  // the fifth of an ARN's parts
    std::string_view rest = principal;
    for (std::size_t part = 0; principal.starts_with("arn:") && part < account_at; ++part) {
        rest.remove_prefix(std::min(rest.find(':') + 1, rest.size()));
    }
    return std::string(rest.substr(0, rest.find(':')));
}

bool names_others(const json::value& statement, const std::string& owner) {
    const json::object& object = statement.as_object();
    if (object.at("Effect") != "Allow") {
        return false;
    }
    const json::value* principal = object.if_contains("Principal");
    if (principal == nullptr || principal->is_string()) {
        return true;  // everybody, or everybody but some
    }
    const auto named = texts(principal->as_object().if_contains("AWS"));
    return std::any_of(named.begin(), named.end(),
                       [&](const std::string& one) { return account_of(one) != owner; });
}

/// A session names its role without the role's path; policies name it with its path.
std::string role_arn(db::Connection& connection, const std::string& account,
                     const std::string& name) {
    const auto role = state::find_iam_entity(connection, account, state::IamKind::role, name);
    return role ? role->arn() : "arn:aws:iam::" + account + ":role/" + name;
}

/// Whoever calls, as far as the context says. What the caller's own policies say was decided before
/// (the gate); here only the owner speaks.
policy::Caller caller_of(db::Connection& connection, const api::CallContext& context) {
    constexpr std::string_view session = ":assumed-role/";
    policy::Caller caller{.account = context.account, .arn = context.principal_arn};
    const auto at = caller.arn.find(session);
    if (caller.arn.ends_with(":root")) {
        caller.kind = policy::CallerKind::root;
    } else if (at != std::string::npos) {
        const auto role = std::string_view(caller.arn).substr(at + session.size());
        caller.kind = policy::CallerKind::session;
        caller.role_arn =
            role_arn(connection, context.account, std::string(role.substr(0, role.find('/'))));
    } else {
        caller.kind = policy::CallerKind::user;
    }
    return caller;
}

const policy::CallerPolicies& everything_of_ones_own() {
    static const policy::CallerPolicies policies{
        .identity = {{"the caller's own",
                      policy::Document::parse(R"({"Version":"2012-10-17","Statement":)"
                                              R"({"Effect":"Allow","Action":"*","Resource":"*"}})",
                                              policy::Kind::identity)}}};
    return policies;
}

bool allows(db::Connection& connection, const api::CallContext& context, const api::Arn& resource,
            const std::string& action) {
    const auto row = state::find_resource_policy(connection, resource.text());
    if (!row) {
        return false;
    }
    const policy::NamedPolicy owners{row->arn,
                                     policy::Document::parse(row->policy, policy::Kind::resource)};
    const policy::Caller caller = caller_of(connection, context);
    policy::Context conditions;
    conditions.set("aws:SourceIp", context.source_ip);
    conditions.set("aws:PrincipalArn", caller.role_arn.empty() ? caller.arn : caller.role_arn);
    conditions.set("aws:PrincipalAccount", context.account);
    conditions.set("aws:CurrentTime", base::format_iso8601(context.now));
    conditions.set("aws:SecureTransport", context.is_secure ? "true" : "false");
    return policy::evaluate({.caller = caller,
                             .action = action,
                             .resource = resource.text(),
                             .resource_account = row->scope.account,
                             .context = conditions},
                            everything_of_ones_own(), &owners)
        .allowed();
}

/// "Component" in GetComponent and ListComponents.
std::string type_word(api::ResourceType type) {
    switch (type) {
        case api::ResourceType::component:
            return "Component";
        case api::ResourceType::image_recipe:
            return "ImageRecipe";
        case api::ResourceType::container_recipe:
            return "ContainerRecipe";
        case api::ResourceType::image:
            return "Image";
        case api::ResourceType::infrastructure_configuration:
        case api::ResourceType::distribution_configuration:
        case api::ResourceType::image_pipeline:
        case api::ResourceType::workflow:
        case api::ResourceType::lifecycle_policy:
            break;
    }
    return "";
}

}  // namespace

bool is_shareable(api::ResourceType type) {
    return !type_word(type).empty();
}

void check_resource_policy(const std::string& policy, const std::string& resource) {
    try {
        policy::Document::parse(policy, policy::Kind::resource);
    } catch (const policy::PolicyError& error) {
        refuse(error.what());
    }
    for (const json::value& statement : statements_of(policy)) {
        const json::object& object = statement.as_object();
        for (const std::string& action : texts(object.if_contains("Action"))) {
            if (!action.starts_with("imagebuilder:")) {
                refuse("The action '" + action + "' is not one of Image Builder's.");
            }
        }
        for (const std::string& named : texts(object.if_contains("Resource"))) {
            if (named != resource) {
                refuse("The resource '" + named + "' is not '" + resource +
                       "', whose policy this is.");
            }
        }
    }
}

bool is_shared(db::Connection& connection, std::string_view resource) {
    const auto row = state::find_resource_policy(connection, resource);
    if (!row) {
        return false;
    }
    const auto statements = statements_of(row->policy);
    return std::any_of(statements.begin(), statements.end(), [&](const json::value& statement) {
        return names_others(statement, row->scope.account);
    });
}

bool may_use(db::Connection& connection, const api::CallContext& context,
             const api::Arn& resource) {
    return is_shareable(resource.type) &&
           allows(connection, context, resource, "imagebuilder:Get" + type_word(resource.type));
}

bool may_see(db::Connection& connection, const api::CallContext& context,
             const api::Arn& resource) {
    return is_shareable(resource.type) &&
           allows(connection, context, resource,
                  "imagebuilder:List" + type_word(resource.type) + "s");
}

}  // namespace goldsmith::service::imagebuilder
