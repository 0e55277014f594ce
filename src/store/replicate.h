#pragma once

#include <cstdint>
#include <optional>

#include "store/region_store.h"

// Copying a snapshot to another region: the set difference of chunks first, the manifest last.
namespace goldsmith::store {

struct CopyStats {
    bool already_there = false;
    std::uint64_t chunks_present = 0;
    std::uint64_t chunks_linked = 0;  // came with a pack by hard link: no bytes were moved
    std::uint64_t chunks_copied = 0;
    std::uint64_t bytes_copied = 0;  // stored (compressed) bytes
};

// Idempotent and resumable: what an interrupted copy brought over is used by the next. `new_id`
// names the copy (EC2 gives copies their own id; derive it from the work's token), default: the
// same id. The copy has no parent; its content_digest is the original's. Throws SnapshotNotFound,
// ChunkCorrupt, ChunkMissing, base::SystemError; nothing is visible in `to` then.
CopyStats copy_snapshot(const RegionStore& from, RegionStore& to, const SnapshotId& id,
                        const std::optional<SnapshotId>& new_id = std::nullopt);

}  // namespace goldsmith::store
