#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "store/disk_cache.h"
#include "store/ingest.h"

// Snapshots as files of the world outside, and back.
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

// Stores a disk image of any format that qemu-img reads, compressed ones too; `format` is qemu's
// name and never guessed, for a guest can write what looks like another format's header.
// `request.extents` is filled in here. Files are put below `scratch` where a conversion is needed,
// and removed. Throws what ingest() throws, and base::Error when qemu-img fails.
IngestResult import_disk(RegionStore& region, const std::filesystem::path& path,
                         const std::string& format, IngestRequest request,
                         const std::filesystem::path& scratch);

}  // namespace goldsmith::store
