// What is done to an AMI: removed, disabled, deprecated, made available again. Used by
// DeregisterImage and by Image Builder's lifecycle. Throws what the database and the store throw.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/dependencies.h"
#include "state/amis.h"
#include "state/scope.h"

namespace goldsmith::service::ec2 {

/// The snapshots behind an AMI's devices.
std::vector<std::string> snapshots_of(const state::AmiRow& ami);

/// Removes row and tags, then the manifest. Returns the row that was there; nothing when the
/// account has no such AMI in the region.
std::optional<state::AmiRow> remove_ami(const Dependencies& dependencies, const state::Scope& scope,
                                        const std::string& image_id);

/// A disabled AMI is private, cannot be launched and is listed only on request.
void disable_ami(db::Connection& connection, state::AmiRow ami);
/// Shown as deprecated from this moment on, which may be in the future.
void deprecate_ami(db::Connection& connection, state::AmiRow ami, std::int64_t from_ms);
/// Undoes both.
void enable_ami(db::Connection& connection, state::AmiRow ami);

}  // namespace goldsmith::service::ec2
