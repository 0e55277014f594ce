#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "store/disk_cache.h"

// Snapshots as files of the world outside. The way back is disk_images/.
namespace goldsmith::store {

enum class DiskFormat { raw, qcow2, vmdk, vhd };

struct ExportResult {
    std::filesystem::path path = {};
    std::uint64_t bytes = 0;  // length of the file
    std::string sha256 = {};  // of the file, 64 hexadecimal digits
};

// Writes `path` (appears whole, checked, or not at all; durable): raw is sparse, qcow2 is
// standalone and compressed with zstd on all cores, vmdk is streamOptimized, vhd is dynamic and
// exactly as large as the disk. Throws what restore() throws, and base::Error when qemu-img fails.
ExportResult export_disk(const RegionStore& region, DiskCache& cache, const SnapshotId& id,
                         DiskFormat format, const std::filesystem::path& path);

}  // namespace goldsmith::store
