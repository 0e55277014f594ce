#include "service/iam/entities.h"

#include <algorithm>

#include "base/encoding.h"
#include "db/connection.h"
#include "db/error.h"
#include "state/tags.h"

namespace goldsmith::service::iam {

namespace errors = api::iam;
using state::IamKind;

namespace {

constexpr std::size_t most_tags = 50;
constexpr std::string_view aws_policies = "arn:aws:iam::aws:policy/";

bool is_aws_policy(const std::string& arn) {
    return arn.starts_with(aws_policies);
}

/// Every policy of AWS is taken to be there, if its name can be one.
bool is_policy_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
               (each >= '0' && each <= '9') ||
               std::string_view("_+=,.@-").find(each) != std::string_view::npos;
    });
}

/// As AWS names them at the beginning of a sentence.
std::string title_of(IamKind kind) {
    switch (kind) {
        case IamKind::user:
            return "User";
        case IamKind::group:
            return "Group";
        case IamKind::role:
            return "Role";
        case IamKind::policy:
            return "Policy";
        case IamKind::instance_profile:
            break;
    }
    return "Instance Profile";
}

}  // namespace

void throw_not_found(IamKind kind, const std::string& name) {
    if (kind == IamKind::instance_profile) {
        throw errors::NoSuchEntity("Instance Profile " + name + " cannot be found.");
    }
    throw errors::NoSuchEntity("The " + std::string(state::to_string(kind)) + " with name " + name +
                               " cannot be found.");
}

state::IamEntity require_entity(db::Connection& connection, const std::string& account,
                                IamKind kind, const std::string& name) {
    auto entity = state::find_iam_entity(connection, account, kind, name);
    if (!entity) {
        throw_not_found(kind, name);
    }
    return *std::move(entity);
}

state::IamEntity require_own_policy(db::Connection& connection, const std::string& account,
                                    const std::string& arn) {
    if (is_aws_policy(arn)) {
        throw errors::AccessDenied("The policy " + arn +
                                   " is managed by AWS and cannot be changed.");
    }
    auto policy = state::find_iam_entity_by_arn(connection, arn);
    if (!policy || policy->kind != IamKind::policy || policy->account != account) {
        throw errors::NoSuchEntity("Policy " + arn + " was not found.");
    }
    return *std::move(policy);
}

void insert_entity(db::Connection& connection, state::IamEntity& entity,
                   const std::optional<std::vector<errors::Tag>>& tags) {
    if (state::find_iam_entity(connection, entity.account, entity.kind, entity.name)) {
        throw errors::EntityAlreadyExists(
            entity.kind == IamKind::policy
                ? "A policy called " + entity.name +
                      " already exists. Duplicate names are not allowed."
                : title_of(entity.kind) + " with name " + entity.name + " already exists.");
    }
    state::insert_iam_entity(connection, entity);
    if (tags) {
        put_tags(connection, entity.arn(), *tags);
    }
    state::touch_identities(connection);
}

void erase_entity(db::Connection& connection, const state::IamEntity& entity) {
    state::erase_tags(connection, entity.arn());
    state::erase_iam_entity(connection, entity);
    state::touch_identities(connection);
}

void require_attachable(db::Connection& connection, const std::string& account,
                        const std::string& arn) {
    if (is_aws_policy(arn) && is_policy_name(arn.substr(arn.rfind('/') + 1))) {
        return;
    }
    const auto policy = state::find_iam_entity_by_arn(connection, arn);
    if (!policy || policy->kind != IamKind::policy || policy->account != account) {
        throw errors::NoSuchEntity("Policy " + arn + " does not exist or is not attachable.");
    }
}

void check_policy(const std::string& text, policy::Kind kind, std::size_t most,
                  const std::string& what) {
    if (policy::counted_size(text) > most) {
        throw errors::LimitExceeded("Maximum policy size of " + std::to_string(most) +
                                    " bytes exceeded for " + what);
    }
    try {
        policy::Document::parse(text, kind);
    } catch (const policy::PolicyError& error) {
        throw errors::MalformedPolicyDocument(error.what());
    }
}

std::optional<std::vector<errors::Tag>> tags_of(db::Connection& connection,
                                                const std::string& arn) {
    std::vector<errors::Tag> tags;
    for (const auto& [key, value] : state::tags_of(connection, arn)) {
        tags.push_back({.key = key, .value = value});
    }
    return tags.empty() ? std::nullopt : std::optional(std::move(tags));
}

void put_tags(db::Connection& connection, const std::string& arn,
              const std::vector<errors::Tag>& tags) {
    state::TagMap map;
    for (const auto& [key, value] : tags) {
        if (key.starts_with("aws:")) {
            throw errors::InvalidInput("Tag keys that begin with 'aws:' are reserved: " + key);
        }
        if (!map.emplace(key, value).second) {
            throw errors::InvalidInput(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }
    }
    state::put_tags(connection, arn, map);
    if (state::tags_of(connection, arn).size() > most_tags) {
        throw errors::LimitExceeded("Cannot exceed quota for TagsPerResource: " +
                                    std::to_string(most_tags));
    }
    state::touch_identities(connection);
}

void remove_tags(db::Connection& connection, const std::string& arn,
                 const std::vector<std::string>& keys) {
    state::remove_tags(connection, arn, keys);
    state::touch_identities(connection);
}

std::optional<errors::AttachedPermissionsBoundary> boundary_of(const EntityBody& body) {
    if (body.boundary().empty()) {
        return std::nullopt;
    }
    return errors::AttachedPermissionsBoundary{.permissions_boundary_type = "Policy",
                                               .permissions_boundary_arn = body.boundary()};
}

std::string encoded(const std::string& document) {
    return base::percent_encode(document);
}

}  // namespace goldsmith::service::iam
