// Which rows a type of ARN speaks of. Pure.
#pragma once

#include "api/arn.h"
#include "state/versioned_rows.h"

namespace goldsmith::service::imagebuilder {

/// Null for the resources that have a name and no version.
const state::VersionedRows* versioned_rows(api::ResourceType type);

}  // namespace goldsmith::service::imagebuilder
