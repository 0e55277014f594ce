#include "store/restore.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/files.h"
#include "store/chunk_codec.h"
#include "store/chunk_store.h"
#include "store/new_file.h"
#include "store/parallel.h"

namespace goldsmith::store {

namespace {

// Zeros are left as holes at this grain: a page, and the block of most file systems.
constexpr std::size_t kHoleBytes = 4096;

// Writes the parts of a block that are not zeros; answers how many bytes that were.
std::uint64_t write_sparse(int fd, ByteView block, std::uint64_t offset) {
    std::uint64_t written = 0;
    std::size_t at = 0;
    const auto page_is_zero = [&](std::size_t from) {
        return is_zero(block.subspan(from, std::min(kHoleBytes, block.size() - from)));
    };
    while (at < block.size()) {
        if (page_is_zero(at)) {
            at += kHoleBytes;
            continue;
        }
        std::size_t end = at;
        while (end < block.size() && !page_is_zero(end)) {
            end = std::min(end + kHoleBytes, block.size());
        }
        base::write_exactly_at(fd, block.data() + at, end - at, offset + at);
        written += end - at;
        at = end;
    }
    return written;
}

// One worker's buffers.
struct Worker {
    explicit Worker(int level) : codec(level) {}
    ChunkCodec codec;
    Bytes plain;
    std::uint64_t written = 0;
};

void restore_block(ChunkStore& chunks, const SnapshotManifest& manifest, const BlockRef& ref,
                   Worker& worker, int fd) {
    chunks.read_plain(ref.chunk, worker.codec, worker.plain);
    const std::uint64_t offset = ref.block * std::uint64_t{kBlockBytes};
    const std::uint64_t wanted =
        std::min<std::uint64_t>(kBlockBytes, manifest.volume_size - offset);
    worker.written += write_sparse(
        fd, ByteView(worker.plain).first(std::min<std::uint64_t>(wanted, worker.plain.size())),
        offset);
}

std::string context(const SnapshotManifest& manifest, const BlockRef& ref) {
    return "snapshot " + manifest.id.str() + " cannot be restored: block " +
           std::to_string(ref.block);
}

std::uint64_t restore_all(const RegionStore& region, const SnapshotManifest& manifest, int fd) {
    const unsigned threads = thread_count(region.options().threads, manifest.blocks.size());
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < threads; ++i) {
        workers.push_back(std::make_unique<Worker>(region.options().compression_level));
    }
    parallel_for(threads, manifest.blocks.size(), [&](unsigned worker, std::size_t piece) {
        const BlockRef& ref = manifest.blocks[piece];
        try {
            restore_block(region.chunks(), manifest, ref, *workers[worker], fd);
        } catch (const ChunkCorrupt& error) {
            throw ChunkCorrupt(context(manifest, ref) + ": " + error.what());
        } catch (const ChunkMissing& error) {
            throw ChunkMissing(context(manifest, ref) + ": " + error.what());
        }
    });
    return std::accumulate(
        workers.begin(), workers.end(), std::uint64_t{0},
        [](std::uint64_t sum, const auto& worker) { return sum + worker->written; });
}

}  // namespace

RestoreStats restore(const RegionStore& region, const SnapshotId& id,
                     const std::filesystem::path& path, const RestoreOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const Pin pin = region.pin(id);
    const SnapshotManifest& manifest = pin.manifest();
    NewFile file(path);
    file.set_size(manifest.volume_size);
    RestoreStats stats;
    stats.chunks = manifest.blocks.size();
    stats.bytes_written = restore_all(region, manifest, file.fd());
    file.publish(options.durable);
    stats.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return stats;
}

}  // namespace goldsmith::store
