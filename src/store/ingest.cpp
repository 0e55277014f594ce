#include "store/ingest.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/error.h"
#include "store/chunk_codec.h"
#include "store/parallel.h"
#include "store/write_session.h"

namespace goldsmith::store {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Progress is told after this many blocks: 32 MiB.
constexpr std::uint64_t kProgressBlocks = 64;

std::int64_t now_ms() {
    return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Reads, hashes, compresses and adds blocks; what came of each stands in `found`.
class BlockReader {
public:
    BlockReader(WriteSession& session, const DiskReader& disk, const IngestRequest& request,
                std::vector<std::uint32_t> blocks, unsigned threads, int level)
        : session_(session), disk_(disk), request_(request), blocks_(std::move(blocks)) {
        found_.resize(blocks_.size());
        for (unsigned i = 0; i < threads; ++i) {
            workers_.push_back(std::make_unique<Worker>(level));
        }
    }

    void run() {
        parallel_for(static_cast<unsigned>(workers_.size()), blocks_.size(),
                     [this](unsigned worker, std::size_t piece) {
                         found_[piece] = store_block(*workers_[worker], blocks_[piece]);
                         tell_progress();
                     });
    }

    const std::vector<std::uint32_t>& blocks() const { return blocks_; }
    // The chunk of blocks()[i]; nothing where it is all zeros.
    const std::vector<std::optional<ChunkId>>& found() const { return found_; }

    void add_to(IngestStats& stats) const {
        stats.blocks_read += blocks_.size();
        for (const auto& worker : workers_) {
            stats.zero_blocks += worker->stats.zero_blocks;
            stats.known_chunks += worker->stats.known_chunks;
            stats.new_chunks += worker->stats.new_chunks;
            stats.new_bytes_plain += worker->stats.new_bytes_plain;
            stats.new_bytes_stored += worker->stats.new_bytes_stored;
        }
    }

private:
    struct Worker {
        explicit Worker(int level) : codec(level), plain(kBlockBytes) {}
        ChunkCodec codec;
        Bytes plain;
        IngestStats stats;
    };

    std::optional<ChunkId> store_block(Worker& worker, std::uint32_t block) {
        disk_.read(block * std::uint64_t{kBlockBytes}, worker.plain);
        if (is_zero(worker.plain)) {
            ++worker.stats.zero_blocks;
            return std::nullopt;
        }
        const ChunkId id = ChunkId::of(worker.plain);
        if (!session_.claim(id)) {
            ++worker.stats.known_chunks;
            return id;
        }
        const ChunkCodec::Stored stored = worker.codec.compress(worker.plain);
        const RecordHeader header{.id = id,
                                  .codec = stored.codec,
                                  .plain_bytes = static_cast<std::uint32_t>(worker.plain.size()),
                                  .stored_bytes = static_cast<std::uint32_t>(stored.bytes.size())};
        session_.add(header, stored.bytes);
        ++worker.stats.new_chunks;
        worker.stats.new_bytes_plain += header.plain_bytes;
        worker.stats.new_bytes_stored += header.stored_bytes;
        return id;
    }

    void tell_progress() {
        const std::uint64_t done = ++done_;
        if (request_.progress && (done % kProgressBlocks == 0 || done == blocks_.size())) {
            request_.progress(done, blocks_.size());
        }
    }

    WriteSession& session_;
    const DiskReader& disk_;
    const IngestRequest& request_;
    std::vector<std::uint32_t> blocks_;
    std::vector<std::optional<ChunkId>> found_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<std::uint64_t> done_{0};
};

// The parent's blocks, except those that were read. Answers how many were taken over.
std::uint64_t inherit(SnapshotManifest& manifest, const std::vector<BlockRef>& parent,
                      const std::vector<std::uint32_t>& read) {
    const auto before = manifest.blocks.size();
    std::copy_if(parent.begin(), parent.end(), std::back_inserter(manifest.blocks),
                 [&](const BlockRef& ref) {
                     return !std::binary_search(read.begin(), read.end(), ref.block);
                 });
    return manifest.blocks.size() - before;
}

std::vector<BlockRef> parent_blocks(const RegionStore& region, const IngestRequest& request,
                                    std::uint64_t disk_bytes) {
    if (!request.parent) {
        return {};
    }
    SnapshotManifest parent = region.snapshot(*request.parent);
    if (parent.volume_size > disk_bytes) {
        throw base::Error("the disk has " + std::to_string(disk_bytes) + " bytes, fewer than the " +
                          std::to_string(parent.volume_size) + " of its parent " +
                          request.parent->str() + ": a snapshot cannot shrink a volume");
    }
    return std::move(parent.blocks);
}

void check_size(const DiskReader& disk) {
    constexpr std::uint64_t kMaxBytes = 64ull << 40;  // EBS's largest volume
    if (disk.size() == 0 || disk.size() > kMaxBytes) {
        throw base::Error("a disk of " + std::to_string(disk.size()) +
                          " bytes cannot be stored: the size must be between 1 byte and 64 TiB");
    }
}

SnapshotManifest store_disk(RegionStore& region, const DiskReader& disk,
                            const IngestRequest& request, IngestStats& stats) {
    check_size(disk);
    // The lock that comes with the session also protects the parent's chunks from here on.
    WriteSession session(region);
    const std::vector<BlockRef> parent = parent_blocks(region, request, disk.size());
    std::vector<std::uint32_t> blocks = blocks_of(request.extents, disk.size());
    const unsigned threads = thread_count(region.options().threads, blocks.size());
    BlockReader reader(session, disk, request, std::move(blocks), threads,
                       region.options().compression_level);
    reader.run();
    session.commit();
    reader.add_to(stats);

    SnapshotManifest manifest{.id = request.id,
                              .volume_size = disk.size(),
                              .parent = request.parent,
                              .created_ms = request.created_ms != 0 ? request.created_ms : now_ms(),
                              .description = request.description,
                              .blocks = {}};
    for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
        if (reader.found()[i]) {
            manifest.blocks.push_back({reader.blocks()[i], *reader.found()[i]});
        }
    }
    stats.blocks_inherited = inherit(manifest, parent, reader.blocks());
    std::sort(manifest.blocks.begin(), manifest.blocks.end(),
              [](const BlockRef& a, const BlockRef& b) { return a.block < b.block; });
    region.publish_snapshot(manifest);
    return manifest;
}

}  // namespace

IngestResult ingest(RegionStore& region, const DiskReader& disk, const IngestRequest& request) {
    const auto begin = std::chrono::steady_clock::now();
    IngestStats stats;
    if (auto existing = region.find_snapshot(request.id)) {
        stats.already_there = true;
        return {*std::move(existing), stats};
    }
    try {
        SnapshotManifest manifest = store_disk(region, disk, request, stats);
        stats.elapsed = duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
        return {std::move(manifest), stats};
    } catch (const SnapshotNotFound&) {
        throw;
    } catch (...) {
        base::throw_with_context("snapshot " + request.id.str() + " could not be stored in " +
                                 region.root().string());
    }
}

}  // namespace goldsmith::store
