#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/disk_reader.h"
#include "store/extent.h"
#include "store/region_store.h"

// Making a snapshot of a disk: reads only the given extents, stores only chunks the region lacks.
namespace goldsmith::store {

struct IngestRequest {
    // Derive it from the work's token (SnapshotId::from_token): an ingest whose snapshot exists
    // already answers with that snapshot and reads nothing, so repeating after a crash is safe.
    SnapshotId id;
    // What to read. Without a parent: every extent that holds data. With a parent: every extent
    // that may differ from it. Whatever is outside is zeros or the parent's, respectively.
    std::vector<Extent> extents = {};
    std::optional<SnapshotId> parent = {};  // in the same region, not larger than the disk
    std::string description = {};
    std::int64_t created_ms = 0;  // Unix time; 0 = now
    // Called now and then from one of the threads with blocks done and blocks in all.
    std::function<void(std::uint64_t, std::uint64_t)> progress = {};
};

struct IngestStats {
    bool already_there = false;          // the snapshot existed; nothing below was counted
    std::uint64_t blocks_read = 0;       // read from the disk
    std::uint64_t blocks_inherited = 0;  // taken from the parent unread
    std::uint64_t zero_blocks = 0;       // read and found to be zeros
    std::uint64_t known_chunks = 0;      // read and found in the region
    std::uint64_t new_chunks = 0;
    std::uint64_t new_bytes_plain = 0;
    std::uint64_t new_bytes_stored = 0;  // what the region grew by, without manifest
    std::chrono::milliseconds elapsed{0};
};

struct IngestResult {
    SnapshotManifest manifest;
    IngestStats stats;
};

// Blocks until the snapshot is durable and visible. Uses options().threads threads. May run at the
// same time as any other operation on the region, in this process or another. Throws base::Error
// (bad parent), SnapshotNotFound (parent absent), base::SystemError; nothing is visible then, and
// the chunks already stored serve the next attempt.
IngestResult ingest(RegionStore& region, const DiskReader& disk, const IngestRequest& request);

}  // namespace goldsmith::store
