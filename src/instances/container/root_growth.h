// Gives the root file system the room of a disk that was made larger than its image, as an
// instance's first boot does elsewhere (growpart and resize2fs). Needs sfdisk, and resize2fs for
// ext4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/files.h"
#include "instances/instance.h"

namespace goldsmith::instances {

/// Extends partition `number` of the raw disk to the room behind it and returns its new length in
/// bytes. Number 0 means a disk without a table. Throws base::Error.
std::uint64_t grow_partition(const base::Path& disk, unsigned number);

/// Extends the file system, which is not mounted, to its device. Nothing when it worked, else why
/// not.
std::optional<std::string> grow_file_system(const std::string& type, const base::Path& device);

/// The length in bytes of partition `number` in the text of `sfdisk --dump`; nothing when it is not
/// there.
std::optional<std::uint64_t> partition_length(const std::string& dump, unsigned number);

}  // namespace goldsmith::instances
