// Sharing: which resources of other accounts a caller may use, as the resource policies of their
// owners say. A resource is used by reading it (Get<Type>) and by naming it in a recipe or a build,
// which needs the same permission. Functions run on the connection they are given. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/arn.h"
#include "api/context.h"
#include "state/versioned_rows.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

/// Whether resources of this type can be shared: components, images, recipes.
bool is_shareable(api::ResourceType type);

/// Throws InvalidParameterValueException unless `policy` is a policy that speaks of `resource`
/// alone.
void check_resource_policy(const std::string& policy, const std::string& resource);

/// Whether the policy of `resource` lets another account than its owner do anything.
bool is_shared(db::Connection& connection, std::string_view resource);

/// Whether the owner's policy lets the caller use (Get<Type>) or see in lists (List<Type>s) the
/// resource.
bool may_use(db::Connection& connection, const api::CallContext& context, const api::Arn& resource);
bool may_see(db::Connection& connection, const api::CallContext& context, const api::Arn& resource);

}  // namespace goldsmith::service::imagebuilder
