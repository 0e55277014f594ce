// A root file system in a tar (compressed or not) as a disk: one ext4 partition. It has no boot
// code, so only the container driver starts it. Needs root, because its files have owners.
#pragma once

#include <functional>
#include <stop_token>

#include "disk_images/convert.h"
#include "disk_images/header_check.h"

namespace goldsmith::disk_images {

struct TarContent {
    std::uint64_t bytes = 0;  // of all files
    std::uint64_t members = 0;
};

/// Reads the whole archive once. Throws ImageRefused: damaged, names that lead outside, larger than
/// the limits, no root file system.
TarContent check_root_tar(const base::Path& tar, const Limits& limits, std::stop_token stop);

/// Makes `disk` in `folder`, which must have room for the tree and the disk.
void disk_of_root_tar(const base::Path& tar, const TarContent& content, const base::Path& folder,
                      const base::Path& disk, std::stop_token stop);

/// The size of the disk for so much content. Pure.
std::uint64_t disk_bytes_for(const TarContent& content);

/// Pure; paths as they are inside the sandbox.
base::Command unpack_command();
base::Command make_file_system_command(std::uint64_t disk_bytes);

}  // namespace goldsmith::disk_images
