// Removing a snapshot: its row and tags, then its manifest. Used by DeleteSnapshot and by
// DeregisterImage. Throws what the database and the store throw.
#pragma once

#include <string>

#include "api/context.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

enum class SnapshotRemoval { removed, not_found, in_use };

SnapshotRemoval remove_snapshot(const Dependencies& dependencies, const api::CallContext& context,
                                const std::string& snapshot_id);

}  // namespace goldsmith::service::ec2
