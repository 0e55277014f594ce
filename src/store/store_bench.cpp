// What a store costs beside its parts: SHA-256 and zstd of the same bytes on one core, in the same
// run.
//
//     store_bench [RAW-DISK]      without a disk: 600 MiB of made-up data in a 2 GiB sparse file
//
// Prints one line for each figure, `name value unit`, for people and for ./dev bench.

#include <fcntl.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "store/chunk_codec.h"
#include "store/disk_cache.h"
#include "store/fsck.h"
#include "store/ingest.h"
#include "store/replicate.h"
#include "store/restore.h"

namespace goldsmith::store {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMiB = 1 << 20;

double seconds_of(const auto& work) {
    const auto begin = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print(const char* name, double value, const char* unit) {
    std::printf("%-44s %10.1f %s\n", name, value, unit);
}

// Compressible about threefold, like the files of a system, no two blocks equal, with holes in
// between.
void make_disk(const std::filesystem::path& path) {
    constexpr std::uint64_t kDataBlocks = 1200;
    base::SeededRandom random(42);
    const base::Fd fd = base::open_file(path, O_RDWR | O_CREAT | O_TRUNC);
    std::filesystem::resize_file(path, 2ull << 30);
    Bytes block(kBlockBytes);
    Bytes words(48 * 1024);
    for (std::uint64_t i = 0; i < kDataBlocks; ++i) {
        random.fill(words.data(), words.size());
        for (std::size_t at = 0; at < block.size();) {
            std::uint32_t pick = 0;
            random.fill(&pick, sizeof pick);
            const std::size_t length = std::min<std::size_t>(4 + pick % 24, block.size() - at);
            const std::size_t from = (pick >> 8) % (words.size() - length);
            std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(from), length,
                        block.begin() + static_cast<std::ptrdiff_t>(at));
            at += length;
        }
        const std::uint64_t place = i + i / 100 * 200;
        base::write_exactly_at(fd.get(), block.data(), block.size(), place * kBlockBytes);
    }
}

// The floor: every data block read, hashed, compressed and written to one file, on one core.
double by_hand(const DiskReader& disk, const std::vector<std::uint32_t>& blocks, int level,
               const std::filesystem::path& out) {
    const base::Fd fd = base::open_file(out, O_RDWR | O_CREAT | O_TRUNC);
    ChunkCodec codec(level);
    Bytes block(kBlockBytes);
    std::uint64_t at = 0;
    const double seconds = seconds_of([&] {
        for (const std::uint32_t index : blocks) {
            disk.read(std::uint64_t{index} * kBlockBytes, block);
            (void)ChunkId::of(block);
            const auto stored = codec.compress(block);
            base::write_exactly_at(fd.get(), stored.bytes.data(), stored.bytes.size(), at);
            at += stored.bytes.size();
        }
    });
    std::filesystem::remove(out);
    return seconds;
}

void run(const std::filesystem::path& given) {
    const base::TempDir dir("store-bench");
    std::filesystem::path raw = given;
    if (raw.empty()) {
        raw = dir.path() / "disk.raw";
        make_disk(raw);
    }
    const auto disk = open_raw_disk(raw);
    const base::Fd fd = base::open_file(raw, O_RDONLY);
    const std::vector<Extent> data = data_extents(fd.get());
    const std::vector<std::uint32_t> blocks = blocks_of(data, disk->size());
    const double mib = static_cast<double>(blocks.size()) * kBlockBytes / kMiB;
    const StoreOptions options;
    RegionStore region(dir.path() / "us-east-1", options);
    RegionStore other(dir.path() / "us-west-2", options);
    print("disk: data", mib, "MiB");

    Bytes block(kBlockBytes);
    for (const std::uint32_t index : blocks) {  // into the page cache, for all alike
        disk->read(std::uint64_t{index} * kBlockBytes, block);
    }
    const double hand = by_hand(*disk, blocks, options.compression_level, dir.path() / "hand");
    print("sha256 + zstd by hand, one core", mib / hand, "MiB/s");

    const SnapshotId first = SnapshotId::from_token("first");
    IngestResult ingested{.manifest = {.id = first}, .stats = {}};
    const double full =
        seconds_of([&] { ingested = ingest(region, *disk, {.id = first, .extents = data}); });
    print("ingest, new region", mib / full, "MiB/s");
    print("ingest, new region, against by hand", hand / full, "times");
    print("ingest, stored", static_cast<double>(ingested.stats.new_bytes_stored) / kMiB, "MiB");
    print("ingest, everything known",
          mib / seconds_of([&] {
              ingest(region, *disk, {.id = SnapshotId::from_token("second"), .extents = data});
          }),
          "MiB/s");
    print("ingest, one dirty block on a parent",
          1000 * seconds_of([&] {
              ingest(
                  region, *disk,
                  {.id = SnapshotId::from_token("third"), .extents = {{0, 4096}}, .parent = first});
          }),
          "ms");
    print("restore", mib / seconds_of([&] { restore(region, first, dir.path() / "out.raw"); }),
          "MiB/s");
    print("second region on the same disk",
          1000 * seconds_of([&] { copy_snapshot(region, other, first); }), "ms");
    print("open a region", 1000 * seconds_of([&] { const RegionStore again(region.root()); }),
          "ms");
    DiskCache cache(dir.path() / "cache");
    cache.get(region, first);
    print("a cached disk", 1000 * seconds_of([&] { cache.get(region, first); }), "ms");
    print("fsck", mib / seconds_of([&] { fsck(region); }), "MiB/s");
}

}  // namespace
}  // namespace goldsmith::store

int main(int argc, char** argv) {
    try {
        goldsmith::store::run(argc > 1 ? argv[1] : "");
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "store_bench: %s\n", goldsmith::base::error_chain(error).c_str());
        return EXIT_FAILURE;
    }
}
