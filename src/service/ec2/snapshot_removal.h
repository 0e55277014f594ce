// Removing a snapshot: its row and tags, then its manifest. Used by DeleteSnapshot and by
// DeregisterImage and by Image Builder's lifecycle. Throws what the database and the store throw.
#pragma once

#include <string>

#include "service/dependencies.h"
#include "state/scope.h"

namespace goldsmith::service::ec2 {

enum class SnapshotRemoval { removed, not_found, in_use };

SnapshotRemoval remove_snapshot(const Dependencies& dependencies, const state::Scope& scope,
                                const std::string& snapshot_id);

}  // namespace goldsmith::service::ec2
