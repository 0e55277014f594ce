#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <unordered_set>

#include "store/region_store.h"

// What the manifests of a region refer to. Internal to store/.
namespace goldsmith::store {

using LiveChunks = std::unordered_set<ChunkId>;

// Every manifest in snapshots/ and pins/ (in this order, so that a snapshot that is pinned and then
// deleted meanwhile is seen): its file, and the manifest or, where it is damaged, what is wrong
// with it.
void visit_manifests(
    const RegionStore& region,
    const std::function<void(const std::filesystem::path&, const SnapshotManifest&)>& good,
    const std::function<void(const std::filesystem::path&, const std::string&)>& damaged);

// All chunks that a manifest names. Throws ManifestCorrupt rather than leave one out.
LiveChunks live_chunks(const RegionStore& region);

// Of all packs, as they are on disk.
std::uint64_t packs_bytes(const RegionStore& region);

}  // namespace goldsmith::store
