#include "store/replicate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.h"
#include "store/chunk_store.h"
#include "store/fault_file_system.h"
#include "store/fsck.h"
#include "store/gc.h"
#include "store/ingest.h"
#include "store/restore.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::FaultFileSystem;
using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

class ReplicateTest : public ::testing::Test {
protected:
    void store(TestDisk& disk, const std::string& token, std::vector<Extent> extents,
               std::optional<SnapshotId> parent = {}) {
        disk.write_to(raw_);
        ingest(from_, *open_raw_disk(raw_),
               {.id = snap(token), .extents = std::move(extents), .parent = parent});
    }

    Bytes restored(const RegionStore& region, const SnapshotId& id) {
        restore(region, id, dir_.path() / "out.raw");
        return read_bytes(dir_.path() / "out.raw");
    }

    base::TempDir dir_;
    std::filesystem::path raw_ = dir_.path() / "disk.raw";
    TestDisk disk_{6 * kMiB};
    RegionStore from_{dir_.path() / "us-east-1"};
    RegionStore to_{dir_.path() / "us-west-2"};
};

TEST_F(ReplicateTest, LinksWholePacksAndGivesTheCopyItsOwnId) {
    disk_.scribble(10, kMiB);
    store(disk_, "one", {{0, 6 * kMiB}});
    const CopyStats stats = copy_snapshot(from_, to_, snap("one"), snap("copy of one"));
    EXPECT_GT(stats.chunks_linked, 0u);
    EXPECT_EQ(stats.chunks_copied, 0u);
    EXPECT_FALSE(to_.has_snapshot(snap("one")));
    EXPECT_EQ(restored(to_, snap("copy of one")), disk_.bytes());
    EXPECT_EQ(to_.snapshot(snap("copy of one")).content_digest(),
              from_.snapshot(snap("one")).content_digest());
    struct stat status {};
    ::stat(to_.chunks().packs().at(0)->path.c_str(), &status);
    EXPECT_EQ(status.st_nlink, 2u);

    // The regions live on without each other.
    from_.delete_snapshot(snap("one"));
    collect_garbage(from_, {.grace = std::chrono::seconds(0)});
    EXPECT_TRUE(from_.chunks().packs().empty());
    EXPECT_EQ(restored(to_, snap("copy of one")), disk_.bytes());
}

TEST_F(ReplicateTest, OnlyTheDifferenceMoves) {
    disk_.scribble(10, kMiB);
    store(disk_, "parent", {{0, 6 * kMiB}});
    copy_snapshot(from_, to_, snap("parent"));
    disk_.take_dirty();
    disk_.fill({kMiB, 100}, std::byte{'d'});
    store(disk_, "child", disk_.take_dirty(), snap("parent"));
    const CopyStats stats = copy_snapshot(from_, to_, snap("child"));
    EXPECT_EQ(stats.chunks_linked + stats.chunks_copied, 1u);
    EXPECT_GT(stats.chunks_present, 2u);
    EXPECT_EQ(restored(to_, snap("child")), disk_.bytes());
    EXPECT_EQ(to_.snapshot(snap("child")).parent, std::nullopt);
}

TEST_F(ReplicateTest, AgainIsNothing) {
    disk_.scribble(10, kMiB);
    store(disk_, "one", {{0, 6 * kMiB}});
    copy_snapshot(from_, to_, snap("one"));
    EXPECT_TRUE(copy_snapshot(from_, to_, snap("one")).already_there);
    EXPECT_TRUE(fsck(to_).clean());
    // The id is taken by another disk: refused, not replaced.
    disk_.fill({0, 10}, std::byte{'x'});
    store(disk_, "two", {{0, 6 * kMiB}});
    EXPECT_THROW(copy_snapshot(from_, to_, snap("two"), snap("one")), base::Error);
    EXPECT_THROW(copy_snapshot(from_, to_, snap("nothing")), SnapshotNotFound);
}

TEST_F(ReplicateTest, CopiesBytesWhereLinksAreImpossible) {
    disk_.scribble(10, kMiB);
    store(disk_, "one", {{0, 6 * kMiB}});
    auto files = std::make_shared<FaultFileSystem>();
    files->forbid_links();
    RegionStore far(dir_.path() / "far", {.file_system = files});
    const CopyStats stats = copy_snapshot(from_, far, snap("one"));
    EXPECT_EQ(stats.chunks_linked, 0u);
    EXPECT_GT(stats.chunks_copied, 0u);
    EXPECT_GT(stats.bytes_copied, 0u);
    EXPECT_EQ(restored(far, snap("one")), disk_.bytes());
}

TEST_F(ReplicateTest, AFewChunksOfALargePackAreCopied) {
    disk_.scribble(30, kMiB);
    store(disk_, "whole", {{0, 6 * kMiB}});
    store(disk_, "part", {{0, 512 * 1024}});
    const CopyStats stats = copy_snapshot(from_, to_, snap("part"));
    EXPECT_EQ(stats.chunks_linked, 0u);
    EXPECT_EQ(stats.chunks_copied, 1u);
    EXPECT_EQ(fsck(to_).orphan_chunks, 0u);
}

TEST_F(ReplicateTest, DamageDoesNotTravel) {
    disk_.scribble(30, kMiB);
    store(disk_, "whole", {{0, 6 * kMiB}});
    store(disk_, "part", {{0, 512 * 1024}});
    const auto place = from_.chunks().find(from_.snapshot(snap("part")).blocks.at(0).chunk);
    testing::flip_byte(place->pack->path, place->entry.offset + kRecordHeaderBytes + 5);
    EXPECT_THROW(copy_snapshot(from_, to_, snap("part")), ChunkCorrupt);
    EXPECT_FALSE(to_.has_snapshot(snap("part")));
    EXPECT_TRUE(to_.chunks().packs().empty());
}

}  // namespace
}  // namespace goldsmith::store
