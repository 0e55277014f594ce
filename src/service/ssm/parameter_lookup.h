// Finding the version of a parameter that a reference speaks of, for this service and for others
// that read parameters. Runs on the connection it is given.
#pragma once

#include <optional>

#include "service/ssm/parameter_names.h"
#include "state/parameters.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ssm {

/// The version that was named, that carries the label, or the newest. Nothing: there is no such
/// one. The value of a SecureString is sealed.
std::optional<state::ParameterVersionRow> find_version(db::Connection& connection,
                                                       const state::ParameterRow& parameter,
                                                       const ParameterReference& reference);

}  // namespace goldsmith::service::ssm
