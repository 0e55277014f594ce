#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "store/region_store.h"

// Making a disk of a snapshot.
namespace goldsmith::store {

struct RestoreStats {
    std::uint64_t chunks = 0;
    std::uint64_t bytes_written = 0;  // the rest of the file is holes
    std::chrono::milliseconds elapsed{0};
};

struct RestoreOptions {
    bool durable = false;  // fsync before the name appears; not needed for what can be made again
};

// Writes a sparse raw file of exactly volume_size bytes, on all cores, each chunk's hash checked.
// `path` appears whole or not at all (and replaces a file of that name). Throws SnapshotNotFound,
// ChunkCorrupt and ChunkMissing (naming chunk, pack and snapshot), base::SystemError.
RestoreStats restore(const RegionStore& region, const SnapshotId& id,
                     const std::filesystem::path& path, const RestoreOptions& options = {});

}  // namespace goldsmith::store
