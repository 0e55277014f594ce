#include "store/ingest.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "store/chunk_store.h"
#include "store/restore.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

class IngestTest : public ::testing::Test {
protected:
    IngestResult store_whole(const TestDisk& disk, const std::string& token) {
        disk.write_to(raw_);
        const base::Fd fd = base::open_file(raw_, O_RDONLY);
        IngestRequest request{.id = snap(token), .extents = data_extents(fd.get())};
        return ingest(*region_, *open_raw_disk(raw_), request);
    }

    IngestResult store_dirty(TestDisk& disk, const std::string& token, const std::string& parent) {
        disk.write_to(raw_);
        IngestRequest request{
            .id = snap(token), .extents = disk.take_dirty(), .parent = snap(parent)};
        return ingest(*region_, *open_raw_disk(raw_), request);
    }

    Bytes restored(const std::string& token) {
        restore(*region_, snap(token), out_);
        return read_bytes(out_);
    }

    void reopen() { region_ = std::make_unique<RegionStore>(dir_.path() / "region"); }

    base::TempDir dir_;
    std::filesystem::path raw_ = dir_.path() / "disk.raw";
    std::filesystem::path out_ = dir_.path() / "out.raw";
    std::unique_ptr<RegionStore> region_ =
        std::make_unique<RegionStore>(dir_.path() / "region", StoreOptions{.pack_bytes = 4 * kMiB});
};

TEST_F(IngestTest, ReadsOnlyDataAndStoresNoZeros) {
    TestDisk disk(64 * kMiB);
    disk.fill({10 * kMiB, 100}, std::byte{'a'});
    disk.fill({20 * kMiB, kMiB}, std::byte{'b'});
    const IngestResult result = store_whole(disk, "one");
    EXPECT_LE(result.stats.blocks_read, 4u);
    EXPECT_EQ(result.stats.new_chunks, 2u);  // the two blocks of 'b' are one chunk
    EXPECT_EQ(result.manifest.blocks.size(), 3u);
    EXPECT_LT(result.stats.new_bytes_stored, 2000u);
    EXPECT_EQ(restored("one"), disk.bytes());
    EXPECT_EQ(region_->snapshot(snap("one")), result.manifest);
}

TEST_F(IngestTest, TheRestoredFileIsSparse) {
    TestDisk disk(256 * kMiB);
    disk.fill({100 * kMiB, 4096}, std::byte{'a'});
    store_whole(disk, "one");
    const RestoreStats stats = restore(*region_, snap("one"), out_);
    EXPECT_EQ(stats.bytes_written, 4096u);
    const base::Fd fd = base::open_file(out_, O_RDONLY);
    EXPECT_EQ(data_extents(fd.get()), (std::vector<Extent>{{100 * kMiB, 4096}}));
    EXPECT_EQ(std::filesystem::file_size(out_), 256 * kMiB);
}

TEST_F(IngestTest, AChildReadsAndStoresOnlyWhatChanged) {
    TestDisk disk(64 * kMiB);
    disk.scribble(40, 2 * kMiB);
    const auto parent = store_whole(disk, "parent");
    disk.take_dirty();
    disk.fill({30 * kMiB, kBlockBytes}, std::byte{'n'});
    const auto child = store_dirty(disk, "child", "parent");
    EXPECT_EQ(child.stats.blocks_read, 1u);
    EXPECT_EQ(child.stats.new_chunks, 1u);
    EXPECT_GE(child.stats.blocks_inherited + 1, parent.manifest.blocks.size());
    EXPECT_EQ(child.manifest.parent, snap("parent"));
    EXPECT_EQ(restored("child"), disk.bytes());
}

TEST_F(IngestTest, TheSameIdAgainReadsNothing) {
    TestDisk disk(8 * kMiB);
    disk.scribble(4, kMiB);
    const auto first = store_whole(disk, "one");
    disk.scribble(4, kMiB);
    const auto second = store_whole(disk, "one");
    EXPECT_TRUE(second.stats.already_there);
    EXPECT_EQ(second.stats.blocks_read, 0u);
    EXPECT_EQ(second.manifest, first.manifest);
}

TEST_F(IngestTest, TheSameDiskAgainStoresNothing) {
    TestDisk disk(8 * kMiB);
    disk.scribble(4, kMiB);
    store_whole(disk, "one");
    const auto packs = region_->chunks().packs().size();
    const auto second = store_whole(disk, "two");
    EXPECT_EQ(second.stats.new_chunks, 0u);
    EXPECT_EQ(region_->chunks().packs().size(), packs);
    EXPECT_EQ(second.manifest.content_digest(), region_->snapshot(snap("one")).content_digest());
}

// Sizes that are no multiple of a block, growth over the parent, an empty disk.
TEST_F(IngestTest, OddSizes) {
    for (const std::uint64_t size :
         {std::uint64_t{1}, kBlockBytes - 1, kBlockBytes + 1, 3 * kBlockBytes + 4097}) {
        TestDisk disk(size, size);
        disk.scribble(3, size);
        store_whole(disk, "size " + std::to_string(size));
        EXPECT_EQ(restored("size " + std::to_string(size)), disk.bytes()) << size;
    }
    TestDisk empty(5 * kMiB + 512);
    EXPECT_TRUE(store_whole(empty, "empty").manifest.blocks.empty());
    EXPECT_EQ(restored("empty"), empty.bytes());

    TestDisk grown(9 * kMiB);
    grown.fill({8 * kMiB, 1000}, std::byte{'g'});
    store_dirty(grown, "grown", "empty");
    EXPECT_EQ(restored("grown"), grown.bytes());
}

TEST_F(IngestTest, RefusesWhatCannotBe) {
    TestDisk big(4 * kMiB);
    store_whole(big, "big");
    TestDisk small(2 * kMiB);
    EXPECT_THROW(store_dirty(small, "small", "big"), base::Error);
    EXPECT_THROW(store_dirty(big, "child", "no such parent"), SnapshotNotFound);
    EXPECT_FALSE(region_->has_snapshot(snap("small")));
    EXPECT_FALSE(region_->has_snapshot(snap("child")));
    EXPECT_TRUE(base::list_directory(region_->root() / "tmp").empty());
    EXPECT_THROW(restore(*region_, snap("nothing"), out_), SnapshotNotFound);
}

// Random disks with holes, random dirty extents over several generations, reopening in between:
// every generation restores to what was stored, by this object and by one that only knows the
// files.
class IngestPropertyTest : public IngestTest, public ::testing::WithParamInterface<int> {};

TEST_P(IngestPropertyTest, EveryGenerationRestoresExactly) {
    TestDisk disk(24 * kMiB + 4096u * static_cast<unsigned>(GetParam()),
                  static_cast<std::uint64_t>(GetParam()));
    disk.scribble(20, 3 * kMiB);
    store_whole(disk, "g0");
    disk.take_dirty();
    std::vector<Bytes> generations{disk.bytes()};
    for (int i = 1; i <= 4; ++i) {
        disk.scribble(6, i % 2 == 0 ? kMiB : 5000);
        store_dirty(disk, "g" + std::to_string(i), "g" + std::to_string(i - 1));
        generations.push_back(disk.bytes());
        if (i % 2 == 0) {
            reopen();
        }
    }
    for (std::size_t i = 0; i < generations.size(); ++i) {
        EXPECT_EQ(restored("g" + std::to_string(i)), generations[i]) << "generation " << i;
    }
    reopen();
    EXPECT_EQ(restored("g4"), generations[4]);
    // A full ingest of the last disk is the same disk as the one inherited block by block.
    EXPECT_EQ(store_whole(disk, "full").manifest.content_digest(),
              region_->snapshot(snap("g4")).content_digest());
}

INSTANTIATE_TEST_SUITE_P(Seeds, IngestPropertyTest, ::testing::Range(1, 7));

}  // namespace
}  // namespace goldsmith::store
