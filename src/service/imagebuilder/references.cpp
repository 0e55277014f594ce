#include "service/imagebuilder/references.h"

#include <boost/json.hpp>

#include "api/generated/imagebuilder/errors.h"
#include "db/connection.h"
#include "service/imagebuilder/sharing.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

api::Arn parse_arn(std::string_view parameter, std::string_view text, api::ResourceType type) {
    const auto arn = api::Arn::parse(text);
    if (!arn || arn->type != type || (api::has_version(type) && arn->version.empty())) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter '" + std::string(parameter) +
            "' is not valid. Expected the ARN of a resource of type '" +
            std::string(api::to_string(type)) + "', got '" + std::string(text) + "'.");
    }
    return *arn;
}

void throw_not_found(std::string_view arn) {
    throw ib::ResourceNotFoundException("The resource with ARN '" + std::string(arn) +
                                        "' does not exist.");
}

state::Scope own_scope(const api::CallContext& context) {
    return {context.account, context.region};
}

std::optional<state::Scope> reachable_scope(const api::CallContext& context, const api::Arn& arn) {
    const bool own = arn.owner == context.account || arn.owner == "aws";
    if (arn.region != context.region || (!own && !is_shareable(arn.type))) {
        return std::nullopt;
    }
    return state::scope_of(arn.owner, arn.region);
}

bool is_reachable(db::Connection& connection, const api::CallContext& context,
                  const state::VersionedRow& row) {
    return row.scope.account == context.account || row.scope == state::managed_scope() ||
           may_use(connection, context, arn_of(row));
}

api::Arn arn_of(const state::VersionedRow& row) {
    const auto body = boost::json::parse(row.body);
    return api::Arn::parse(body.at("arn").as_string()).value();
}

void require_own(const api::Arn& arn) {
    if (arn.owner == "aws") {
        throw ib::ForbiddenException("The resource '" + arn.text() +
                                     "' is managed; it cannot be changed or deleted.");
    }
}

namespace {

std::string row_slug(const api::Arn& arn) {
    return arn.type == api::ResourceType::workflow ? arn.workflow_type + "/" + arn.slug : arn.slug;
}

}  // namespace

std::optional<state::VersionedRow> resolve(db::Connection& connection,
                                           const state::VersionedRows& rows,
                                           const api::CallContext& context, const api::Arn& arn,
                                           const Accept& accept) {
    const auto pattern = arn.pattern();
    if (!pattern) {
        throw ib::InvalidVersionNumberException("The version of '" + arn.text() +
                                                "' is not valid: once a node is 'x', every node "
                                                "to its right must be 'x'.");
    }
    const auto scope = reachable_scope(context, arn);
    if (!scope) {
        return std::nullopt;
    }
    const std::string slug = row_slug(arn);
    const auto usable = [&](const state::VersionedRow& row) {
        return is_reachable(connection, context, row) && (!accept || accept(row));
    };
    if (arn.is_build()) {  // one row, whichever others there are
        auto version = api::parse_version(arn.version).value();
        version.build = arn.build;
        auto row = rows.find(connection, *scope, slug, version);
        return row && usable(*row) ? std::move(row) : std::nullopt;
    }
    for (const api::Version& version : rows.versions(connection, *scope, slug)) {
        if (!pattern->matches(version)) {
            continue;
        }
        auto row = rows.find(connection, *scope, slug, version);
        if (row && usable(*row)) {
            return row;
        }
    }
    return std::nullopt;
}

std::optional<state::VersionedRow> resolve_own(db::Connection& connection,
                                               const state::VersionedRows& rows,
                                               const api::CallContext& context,
                                               const api::Arn& arn) {
    return arn.owner == context.account ? resolve(connection, rows, context, arn) : std::nullopt;
}

std::optional<state::NamedRow> find_named(db::Connection& connection, const state::NamedRows& rows,
                                          const api::CallContext& context, const api::Arn& arn) {
    const auto scope = reachable_scope(context, arn);
    return scope ? rows.find(connection, *scope, arn.slug) : std::nullopt;
}

bool refers_to(const api::Arn& reference, const api::Arn& build) {
    const auto pattern = reference.pattern();
    const auto version = api::parse_version(build.version);
    return reference.type == build.type && reference.owner == build.owner &&
           reference.region == build.region && reference.slug == build.slug &&
           reference.workflow_type == build.workflow_type && pattern && version &&
           pattern->matches(*version) && (!reference.is_build() || reference.build == build.build);
}

api::Version require_version(std::string_view semantic_version) {
    const auto version = api::parse_version(semantic_version);
    if (!version || version->build != 0) {
        throw ib::InvalidVersionNumberException(
            "The value supplied for parameter 'semanticVersion' is not valid: '" +
            std::string(semantic_version) + "'. Expected <major>.<minor>.<patch>, each from 0 to " +
            std::to_string(api::version_node_limit) + ".");
    }
    return *version;
}

ib::LatestVersionReferences latest_references(const api::Arn& arn) {
    api::LatestArns latest = api::latest_arns(arn);
    return {.latest_version_arn = std::move(latest.version),
            .latest_major_version_arn = std::move(latest.major),
            .latest_minor_version_arn = std::move(latest.minor),
            .latest_patch_version_arn = std::move(latest.patch)};
}

std::string owner_name(std::string_view arn_owner) {
    return arn_owner == "aws" ? "Amazon" : std::string(arn_owner);
}

void require_quota(std::int64_t count, std::int64_t quota, std::string_view what) {
    if (count >= quota) {
        throw ib::ServiceQuotaExceededException("You have reached the quota of " +
                                                std::to_string(quota) + " " + std::string(what) +
                                                ". Delete some to create new ones.");
    }
}

std::optional<state::Scope> scope_of_owner(const api::CallContext& context,
                                           const std::optional<ib::Ownership>& owner) {
    switch (owner.value_or(ib::Ownership::self)) {
        case ib::Ownership::self:
            return own_scope(context);
        case ib::Ownership::amazon:
            return state::managed_scope();
        case ib::Ownership::shared:
        case ib::Ownership::third_party:
        case ib::Ownership::aws_marketplace:
            break;
    }
    return std::nullopt;
}

}  // namespace goldsmith::service::imagebuilder
