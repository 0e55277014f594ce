#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "store/disk_cache.h"

// Snapshots as files for the world outside.
namespace goldsmith::store {

enum class DiskFormat { raw, qcow2 };

struct ExportResult {
    std::filesystem::path path = {};
    std::uint64_t bytes = 0;  // length of the file
    std::string sha256 = {};  // of the file, 64 hexadecimal digits
};

// Writes `path` (appears whole or not at all, durable): raw is sparse, qcow2 is standalone and
// compressed with zstd on all cores. Throws what restore() throws, and base::Error when qemu-img
// fails.
ExportResult export_disk(const RegionStore& region, DiskCache& cache, const SnapshotId& id,
                         DiskFormat format, const std::filesystem::path& path);

}  // namespace goldsmith::store
