// The policies that hang on resources: trust policies of roles, and what owners share components,
// images and recipes with. Functions run on the connection they are given.
#pragma once

#include <optional>
#include <string>

#include "policy/evaluate.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::authorization {

/// Nothing when the resource has no policy. A role that there is not has one that names nobody, so
/// that asking does not tell whether there is such a role.
std::optional<policy::NamedPolicy> resource_policy_of(db::Connection& connection,
                                                      const std::string& action,
                                                      const std::string& arn);

}  // namespace goldsmith::service::authorization
