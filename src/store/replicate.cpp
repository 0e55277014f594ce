#include "store/replicate.h"

#include <map>
#include <unordered_set>

#include "store/chunk_store.h"
#include "store/file_system.h"
#include "store/parallel.h"
#include "store/region_layout.h"
#include "store/write_session.h"

namespace goldsmith::store {

namespace {

// A pack is linked when at least one in this many of its bytes is wanted: a link moves nothing, and
// the rest is garbage only until a collection in the other region, which costs nothing while both
// share it.
constexpr std::uint64_t kWorthLinking = 4;

struct Wanted {
    std::shared_ptr<const PackInfo> pack;
    std::vector<PackEntry> entries;
    std::uint64_t bytes = 0;
};

// The chunks that the other region lacks, by the pack in which they are here.
std::vector<Wanted> wanted_packs(ChunkStore& here, ChunkStore& there,
                                 const SnapshotManifest& manifest, CopyStats& stats) {
    std::map<std::string, Wanted> by_pack;
    std::unordered_set<ChunkId> seen;
    for (const BlockRef& ref : manifest.blocks) {
        if (!seen.insert(ref.chunk).second) {
            continue;
        }
        if (there.contains(ref.chunk)) {
            ++stats.chunks_present;
            continue;
        }
        const auto place = here.find(ref.chunk);
        if (!place) {
            throw ChunkMissing("snapshot " + manifest.id.str() + " cannot be copied: chunk " +
                               ref.chunk.hex() + " is in no pack of " + here.folder().string());
        }
        Wanted& wanted = by_pack[place->pack->name];
        wanted.pack = place->pack;
        wanted.entries.push_back(place->entry);
        wanted.bytes += place->entry.record_bytes();
    }
    std::vector<Wanted> all;
    for (auto& [name, wanted] : by_pack) {
        all.push_back(std::move(wanted));
    }
    return all;
}

bool link_pack(RegionStore& to, const Wanted& wanted) {
    if (wanted.pack->damaged || wanted.bytes * kWorthLinking < wanted.pack->file_bytes) {
        return false;
    }
    return to.file_system().link(wanted.pack->path,
                                 layout::packs(to.root()) / wanted.pack->path.filename()) !=
           FileSystem::LinkResult::impossible;
}

// As they are stored, after a check of the plain bytes: damage must not travel.
void copy_chunks(ChunkStore& here, WriteSession& session, const std::vector<PackEntry>& entries,
                 unsigned threads, CopyStats& stats) {
    threads = thread_count(threads, entries.size());
    std::vector<std::unique_ptr<ChunkCodec>> codecs(threads);
    std::vector<Bytes> plain(threads);
    parallel_for(threads, entries.size(), [&](unsigned worker, std::size_t piece) {
        if (codecs[worker] == nullptr) {
            codecs[worker] = std::make_unique<ChunkCodec>(1);
        }
        const ChunkId& id = entries[piece].id;
        if (session.claim(id)) {
            std::shared_ptr<const PackInfo> pack;
            const Record record = here.read(id, &pack);
            if (!decode_record(record, *codecs[worker], plain[worker])) {
                throw ChunkCorrupt(
                    describe_corrupt(id, *pack, "its bytes do not hash to its name"));
            }
            session.add(record.header, record.stored);
        }
    });
    for (const PackEntry& entry : entries) {
        ++stats.chunks_copied;
        stats.bytes_copied += entry.stored_bytes;
    }
}

void bring_chunks(const RegionStore& from, RegionStore& to, const SnapshotManifest& manifest,
                  WriteSession& session, CopyStats& stats) {
    std::vector<PackEntry> to_copy;
    bool linked = false;
    for (const Wanted& wanted : wanted_packs(from.chunks(), to.chunks(), manifest, stats)) {
        if (link_pack(to, wanted)) {
            linked = true;
            stats.chunks_linked += wanted.entries.size();
        } else {
            to_copy.insert(to_copy.end(), wanted.entries.begin(), wanted.entries.end());
        }
    }
    copy_chunks(from.chunks(), session, to_copy, to.options().threads, stats);
    session.commit();
    if (linked) {
        to.file_system().sync_directory(layout::packs(to.root()));
        to.chunks().refresh();
    }
}

}  // namespace

CopyStats copy_snapshot(const RegionStore& from, RegionStore& to, const SnapshotId& id,
                        const std::optional<SnapshotId>& new_id) {
    CopyStats stats;
    const Pin pin = from.pin(id);
    SnapshotManifest copy = pin.manifest();
    copy.id = new_id.value_or(id);
    copy.parent.reset();
    if (to.has_snapshot(copy.id)) {
        to.publish_snapshot(copy);  // verifies that it is the same disk
        stats.already_there = true;
        return stats;
    }
    from.chunks().refresh();
    // From before the look at what is there until the manifest is published nothing may be
    // collected.
    WriteSession session(to);
    bring_chunks(from, to, pin.manifest(), session, stats);
    to.publish_snapshot(copy);
    return stats;
}

}  // namespace goldsmith::store
