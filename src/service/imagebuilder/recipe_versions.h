// The versions of recipes, which the service numbers when the request leaves nodes open. Used by
// both kinds of recipes.
#pragma once

#include <string>

#include "state/versioned_rows.h"

namespace goldsmith::service::imagebuilder {

/// The numeric version that "1.0.x" takes next; itself when it has no wildcard. Throws
/// InvalidVersionNumberException.
api::Version next_version(db::Connection& connection, const state::VersionedRows& rows,
                          const state::Scope& scope, const std::string& slug,
                          const std::string& semantic_version);

/// How the ARN spells it: as the request did, unless it left nodes open.
std::string spelt_version(const std::string& semantic_version, const api::Version& version);

}  // namespace goldsmith::service::imagebuilder
