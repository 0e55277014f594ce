// From the ARNs in requests to rows: parsing, ownership, wildcards. Used by every family. Functions
// run on the connection they are given and throw the API's own errors, naming the parameter.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "api/arn.h"
#include "api/context.h"
#include "api/generated/imagebuilder/shared_types.h"
#include "state/named_rows.h"
#include "state/versioned_rows.h"

namespace goldsmith::service::imagebuilder {

/// Throws InvalidParameterValueException unless `text` is an ARN of this type.
api::Arn parse_arn(std::string_view parameter, std::string_view text, api::ResourceType type);

[[noreturn]] void throw_not_found(std::string_view arn);

/// The caller's own rows.
state::Scope own_scope(const api::CallContext& context);
/// The rows an ARN leads to: the caller's or the managed ones. Nothing for another region or
/// another account (there is no sharing yet).
std::optional<state::Scope> reachable_scope(const api::CallContext& context, const api::Arn& arn);
/// Throws ForbiddenException for managed resources, which nobody changes.
void require_own(const api::Arn& arn);

using Accept = std::function<bool(const state::VersionedRow&)>;

/// The highest version and build that an exact, version or wildcard ARN stands for and `accept`
/// (when given) lets through. Throws InvalidVersionNumberException for a malformed wildcard.
std::optional<state::VersionedRow> resolve(db::Connection& connection,
                                           const state::VersionedRows& rows,
                                           const api::CallContext& context, const api::Arn& arn,
                                           const Accept& accept = {});
/// The row of a named resource in the caller's account and region.
std::optional<state::NamedRow> find_named(db::Connection& connection, const state::NamedRows& rows,
                                          const api::CallContext& context, const api::Arn& arn);

/// Whether a reference (build, version or wildcard ARN) names this build.
bool refers_to(const api::Arn& reference, const api::Arn& build);

/// The version of a create request that takes no wildcards. Throws InvalidVersionNumberException.
api::Version require_version(std::string_view semantic_version);

api::imagebuilder::LatestVersionReferences latest_references(const api::Arn& arn);

/// "Amazon" for managed resources, else the account.
std::string owner_name(std::string_view arn_owner);

/// Throws ServiceQuotaExceededException when `count` has reached `quota`.
void require_quota(std::int64_t count, std::int64_t quota, std::string_view what);

/// The scope that an `owner` parameter means; nothing when it means nobody here.
std::optional<state::Scope> scope_of_owner(
    const api::CallContext& context, const std::optional<api::imagebuilder::Ownership>& owner);

}  // namespace goldsmith::service::imagebuilder
