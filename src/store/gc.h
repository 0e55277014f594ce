#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/region_store.h"

// Reclaiming what no manifest and no pin refers to. As in restic: make a plan, look at it, execute
// it.
namespace goldsmith::store {

struct GcOptions {
    // Packs and temporary files younger than this stay: what a crashed ingest stored serves its
    // retry.
    std::chrono::seconds grace = std::chrono::hours(1);
    // Packs with at least this share of unreferenced bytes are rewritten without them.
    double compact_above = 0.3;
    // When there are at least this many packs below 4 MiB, they are put together.
    std::size_t merge_small_from = 64;
    // How long to wait for running ingests before deletion is left to the next collection.
    std::chrono::milliseconds lock_wait = std::chrono::seconds(10);
};

struct GcPlan {
    std::vector<std::string> remove = {};     // pack names without a single referenced chunk
    std::vector<std::string> compact = {};    // pack names to be rewritten
    std::vector<std::string> temporary = {};  // old files of tmp/ and abandoned pins
    std::uint64_t removable_bytes = 0;        // garbage in `remove` and `compact`
    std::uint64_t live_bytes = 0;             // referenced, stored size
};

struct GcResult {
    GcPlan plan;
    std::uint64_t bytes_freed = 0;
    bool busy = false;  // ingests ran all the time; only what needs no exclusive lock was done
};

// A dry run is the plan alone. Neither deletes anything that a manifest names. Throws
// ManifestCorrupt rather than guess: run fsck() then.
GcPlan plan_gc(const RegionStore& region, const GcOptions& options = {});
GcResult collect_garbage(RegionStore& region, const GcOptions& options = {});

}  // namespace goldsmith::store
