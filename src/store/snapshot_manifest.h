#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/ids.h"

// What a snapshot is: which chunk stands at which block of a volume. Format:
// docs/formats/snapshot-manifest.md. Plain values, written once, never changed.
namespace goldsmith::store {

struct BlockRef {
    std::uint32_t block = 0;  // index: offset = block * kBlockBytes
    ChunkId chunk;

    bool operator==(const BlockRef&) const = default;
};

struct SnapshotManifest {
    SnapshotId id;
    std::uint64_t volume_size = 0;  // bytes
    std::optional<SnapshotId> parent = {};
    std::int64_t created_ms = 0;  // Unix time
    std::string description = {};
    std::vector<BlockRef> blocks = {};  // ascending by block, all-zero blocks absent

    // SHA-256 over volume size and blocks as 64 hexadecimal digits: two snapshots with one digest
    // are the same disk, whatever their names. The key of DiskCache.
    std::string content_digest() const;
    // The chunk at a block, or nullptr where the block is all zeros. O(log n).
    const ChunkId* chunk_at(std::uint32_t block) const;
    // Whole GiB, rounded up: the unit of EC2's volumeSize.
    std::uint64_t volume_size_gib() const;
    std::uint32_t block_count() const;

    bool operator==(const SnapshotManifest&) const = default;
};

std::vector<std::byte> encode(const SnapshotManifest& manifest);
// Throws ManifestCorrupt; `origin` (a path) goes into the message.
SnapshotManifest decode_snapshot_manifest(std::span<const std::byte> bytes,
                                          const std::string& origin);

}  // namespace goldsmith::store
