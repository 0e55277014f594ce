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
/// Where the rows are that an ARN leads to: the caller's, the managed ones, or those of an account
/// that may share them, row by row (is_reachable()). Nothing for another region.
std::optional<state::Scope> reachable_scope(const api::CallContext& context, const api::Arn& arn);
/// Whether the caller may use this row: its own, a managed one, or one that its owner shares.
bool is_reachable(db::Connection& connection, const api::CallContext& context,
                  const state::VersionedRow& row);
/// The exact ARN of a row, as its creator spelt the version.
api::Arn arn_of(const state::VersionedRow& row);
/// Throws ForbiddenException for managed resources, which nobody changes.
void require_own(const api::Arn& arn);

using Accept = std::function<bool(const state::VersionedRow&)>;

/// The highest version and build that an exact, version or wildcard ARN stands for and `accept`
/// (when given) lets through. Throws InvalidVersionNumberException for a malformed wildcard.
std::optional<state::VersionedRow> resolve(db::Connection& connection,
                                           const state::VersionedRows& rows,
                                           const api::CallContext& context, const api::Arn& arn,
                                           const Accept& accept = {});
/// The same among the caller's own rows only: for operations that change or remove something.
std::optional<state::VersionedRow> resolve_own(db::Connection& connection,
                                               const state::VersionedRows& rows,
                                               const api::CallContext& context,
                                               const api::Arn& arn);
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

/// Throws ServiceQuotaExceededException, which names the quota and its value, when `count` has
/// reached `quota`.
void require_quota(std::int64_t count, std::int64_t quota, std::string_view what);

/// The scope that an `owner` parameter means; nothing when it means nobody here.
std::optional<state::Scope> scope_of_owner(
    const api::CallContext& context, const std::optional<api::imagebuilder::Ownership>& owner);

}  // namespace goldsmith::service::imagebuilder
