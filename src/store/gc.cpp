#include "store/gc.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/files.h"
#include "store/chunk_store.h"
#include "store/file_system.h"
#include "store/live_chunks.h"
#include "store/process_lock.h"
#include "store/region_layout.h"
#include "store/write_session.h"

namespace goldsmith::store {

namespace {

using std::filesystem::path;
using PackPtr = std::shared_ptr<const PackInfo>;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

bool older_than(std::int64_t modified_ms, std::chrono::seconds grace) {
    return modified_ms + std::chrono::milliseconds(grace).count() <= now_ms();
}

// Which pack serves each live chunk. A chunk may be in several packs (two ingests at once, a pack
// that was linked from another region); all but one of these are garbage.
class PackUse {
public:
    PackUse(std::vector<PackPtr> packs, const LiveChunks& live) : packs_(std::move(packs)) {
        // Fuller packs first, so that the duplicates collect where most is garbage already. Damaged
        // ones last: a good copy is worth more.
        std::vector<std::pair<std::uint64_t, PackPtr>> order;
        for (const PackPtr& pack : packs_) {
            order.emplace_back(live_bytes(*pack, live), pack);
        }
        std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
            if (a.second->damaged != b.second->damaged) {
                return b.second->damaged;
            }
            return a.first != b.first ? a.first > b.first : a.second->name < b.second->name;
        });
        for (const auto& [bytes, pack] : order) {
            for (const PackEntry& entry : pack->entries) {
                if (live.contains(entry.id) && serves_.try_emplace(entry.id, pack.get()).second) {
                    live_[pack.get()] += entry.record_bytes();
                }
            }
        }
    }

    const std::vector<PackPtr>& packs() const { return packs_; }

    bool serves(const PackInfo& pack, const ChunkId& id) const {
        const auto found = serves_.find(id);
        return found != serves_.end() && found->second == &pack;
    }

    std::uint64_t live_bytes(const PackInfo& pack) const {
        const auto found = live_.find(&pack);
        return found == live_.end() ? 0 : found->second;
    }

private:
    static std::uint64_t live_bytes(const PackInfo& pack, const LiveChunks& live) {
        std::uint64_t bytes = 0;
        for (const PackEntry& entry : pack.entries) {
            bytes += live.contains(entry.id) ? entry.record_bytes() : 0;
        }
        return bytes;
    }

    std::vector<PackPtr> packs_;
    std::unordered_map<ChunkId, const PackInfo*> serves_;
    std::unordered_map<const PackInfo*, std::uint64_t> live_;
};

PackUse use_of_packs(const RegionStore& region) {
    region.chunks().refresh();
    return {region.chunks().packs(), live_chunks(region)};
}

std::uint64_t record_bytes(const PackInfo& pack) {
    std::uint64_t bytes = 0;
    for (const PackEntry& entry : pack.entries) {
        bytes += entry.record_bytes();
    }
    return bytes;
}

// Files of a folder that nobody has touched for the time of grace and that nobody holds locked.
void find_abandoned(const path& folder, const GcOptions& options, std::vector<std::string>& found) {
    for (const std::string& name : base::list_directory(folder)) {
        const path file = folder / name;
        const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0) {
            continue;  // it has just gone
        }
        if (older_than(status.st_ctim.tv_sec * 1000, options.grace) && !is_locked(fd.get())) {
            found.push_back(file.string());
        }
    }
}

// Packs of builds that changed little. Each is a file to be opened, so many of them become one.
constexpr std::uint64_t kSmallPackBytes = 4 << 20;

GcPlan plan(const RegionStore& region, const PackUse& use, const GcOptions& options) {
    GcPlan plan;
    std::vector<std::string> small;
    for (const PackPtr& pack : use.packs()) {
        const std::uint64_t live = use.live_bytes(*pack);
        plan.live_bytes += live;
        if (!older_than(pack->modified_ms, options.grace)) {
            continue;
        }
        const std::uint64_t all = record_bytes(*pack);
        const std::uint64_t garbage = all - live;
        if (live == 0) {
            plan.remove.push_back(pack->name);
        } else if (static_cast<double>(garbage) >=
                   options.compact_above * static_cast<double>(all)) {
            plan.compact.push_back(pack->name);
        } else {
            if (all < kSmallPackBytes) {
                small.push_back(pack->name);
            }
            continue;
        }
        plan.removable_bytes += garbage;
    }
    if (small.size() >= std::max<std::size_t>(options.merge_small_from, 2)) {
        plan.compact.insert(plan.compact.end(), small.begin(), small.end());
    }
    find_abandoned(layout::temporary(region.root()), options, plan.temporary);
    find_abandoned(layout::pins(region.root()), options, plan.temporary);
    return plan;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Copies what is live in the packs to be compacted into new packs, as any writer would. The old
// packs stay until remove_packs() finds that nothing needs them. A damaged chunk stays where it is,
// and with it its pack: fsck names it.
void compact(RegionStore& region, const PackUse& use, const std::vector<std::string>& names) {
    WriteSession session(region);
    ChunkCodec codec(region.options().compression_level);
    Bytes plain;
    for (const PackPtr& pack : use.packs()) {
        if (!contains(names, pack->name)) {
            continue;
        }
        const base::Fd fd = base::open_file(pack->path, O_RDONLY);
        for (const PackEntry& entry : pack->entries) {
            if (!use.serves(*pack, entry.id)) {
                continue;
            }
            const Record record = read_record(fd.get(), *pack, entry);
            if (decode_record(record, codec, plain)) {
                session.add(record.header, record.stored);
            }
        }
    }
    session.commit();
}

// Removes packs of `candidates` that no live chunk needs, as of now and with all writers locked
// out.
std::uint64_t remove_packs(RegionStore& region, const std::vector<std::string>& candidates) {
    std::uint64_t freed = 0;
    region.chunks().refresh();
    const LiveChunks live = live_chunks(region);
    std::unordered_set<ChunkId> kept;  // in packs that stay
    for (const PackPtr& pack : region.chunks().packs()) {
        if (!contains(candidates, pack->name)) {
            for (const PackEntry& entry : pack->entries) {
                kept.insert(entry.id);
            }
        }
    }
    for (const PackPtr& pack : region.chunks().packs()) {
        const bool needed =
            !contains(candidates, pack->name) ||
            std::any_of(pack->entries.begin(), pack->entries.end(), [&](const PackEntry& entry) {
                return live.contains(entry.id) && !kept.contains(entry.id);
            });
        if (!needed && region.file_system().remove(pack->path)) {
            freed += pack->file_bytes;
        } else {
            // A candidate that stays serves what the next candidate would have had to.
            for (const PackEntry& entry : pack->entries) {
                kept.insert(entry.id);
            }
        }
    }
    if (freed > 0) {
        region.file_system().sync_directory(layout::packs(region.root()));
        region.chunks().refresh();
    }
    return freed;
}

}  // namespace

GcPlan plan_gc(const RegionStore& region, const GcOptions& options) {
    return plan(region, use_of_packs(region), options);
}

GcResult collect_garbage(RegionStore& region, const GcOptions& options) {
    GcResult result;
    const PackUse use = use_of_packs(region);
    result.plan = plan(region, use, options);
    const GcPlan& plan = result.plan;
    if (plan.remove.empty() && plan.compact.empty() && plan.temporary.empty()) {
        return result;
    }
    const std::uint64_t before = packs_bytes(region);
    compact(region, use, plan.compact);
    const auto lock =
        ProcessLock::try_exclusive(layout::writers_lock(region.root()), options.lock_wait);
    if (!lock) {
        result.busy = true;
        return result;
    }
    // No writer lives now: whatever temporary file is still there will never be finished.
    for (const std::string& file : plan.temporary) {
        region.file_system().remove(file);
    }
    std::vector<std::string> candidates = plan.remove;
    candidates.insert(candidates.end(), plan.compact.begin(), plan.compact.end());
    remove_packs(region, candidates);
    const std::uint64_t after = packs_bytes(region);
    result.bytes_freed = before > after ? before - after : 0;
    return result;
}

}  // namespace goldsmith::store
