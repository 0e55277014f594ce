#include "store/gc.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "store/chunk_store.h"
#include "store/fsck.h"
#include "store/ingest.h"
#include "store/process_lock.h"
#include "store/region_layout.h"
#include "store/restore.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;
const GcOptions kAtOnce{.grace = std::chrono::seconds(0)};

class GcTest : public ::testing::Test {
protected:
    void store(const TestDisk& disk, const std::string& token, std::vector<Extent> extents) {
        disk.write_to(raw_);
        ingest(region_, *open_raw_disk(raw_), {.id = snap(token), .extents = std::move(extents)});
    }

    Bytes restored(const std::string& token) {
        restore(region_, snap(token), dir_.path() / "out.raw");
        return read_bytes(dir_.path() / "out.raw");
    }

    TestDisk noisy(std::uint64_t seed) {
        TestDisk disk(4 * kMiB, seed);
        disk.scribble(12, kMiB);
        disk.fill({100, 5000}, static_cast<std::byte>(seed));
        return disk;
    }

    base::TempDir dir_;
    std::filesystem::path raw_ = dir_.path() / "disk.raw";
    RegionStore region_{dir_.path() / "region"};
};

TEST_F(GcTest, RemovesWhatNoManifestNames) {
    const TestDisk kept = noisy(1);
    store(kept, "kept", {{0, 4 * kMiB}});
    store(noisy(2), "gone", {{0, 4 * kMiB}});
    EXPECT_EQ(collect_garbage(region_, kAtOnce).bytes_freed, 0u);
    region_.delete_snapshot(snap("gone"));

    const GcPlan plan = plan_gc(region_, kAtOnce);
    EXPECT_EQ(plan.remove.size(), 1u);
    EXPECT_GT(plan.removable_bytes, 100'000u);
    EXPECT_EQ(region_.chunks().packs().size(), 2u);  // a plan changes nothing

    const GcResult result = collect_garbage(region_, kAtOnce);
    EXPECT_GE(result.bytes_freed, plan.removable_bytes);
    EXPECT_EQ(region_.chunks().packs().size(), 1u);
    EXPECT_EQ(restored("kept"), kept.bytes());
    EXPECT_TRUE(fsck(region_).clean());
}

TEST_F(GcTest, CompactsPacksThatAreMostlyGarbage) {
    const TestDisk disk = noisy(1);
    store(disk, "whole", {{0, 4 * kMiB}});
    store(disk, "part", {{0, kMiB}});
    region_.delete_snapshot(snap("whole"));
    const std::uint64_t live = plan_gc(region_, kAtOnce).live_bytes;
    const GcResult result = collect_garbage(region_, kAtOnce);
    EXPECT_EQ(result.plan.compact.size(), 1u);
    EXPECT_GT(result.bytes_freed, 0u);
    ASSERT_EQ(region_.chunks().packs().size(), 1u);
    EXPECT_LT(region_.chunks().packs().at(0)->file_bytes, live + 1000);
    Bytes expected = disk.bytes();
    std::fill(expected.begin() + kMiB, expected.end(), std::byte{0});
    EXPECT_EQ(restored("part"), expected);
    EXPECT_EQ(fsck(region_).orphan_chunks, 0u);
    EXPECT_EQ(collect_garbage(region_, kAtOnce).bytes_freed, 0u);  // and then there is rest
}

TEST_F(GcTest, ManySmallPacksBecomeOne) {
    TestDisk disk(4 * kMiB);
    for (int i = 0; i < 5; ++i) {
        disk.fill({kMiB, 100}, static_cast<std::byte>(i + 1));
        store(disk, "build " + std::to_string(i), disk.take_dirty());
    }
    GcOptions options = kAtOnce;
    options.merge_small_from = 6;
    EXPECT_TRUE(plan_gc(region_, options).compact.empty());
    options.merge_small_from = 5;
    collect_garbage(region_, options);
    EXPECT_EQ(region_.chunks().packs().size(), 1u);
    EXPECT_TRUE(fsck(region_).clean());
    EXPECT_EQ(restored("build 4"), disk.bytes());
    EXPECT_TRUE(plan_gc(region_, options).compact.empty());
}

TEST_F(GcTest, AnotherProcessReadsOnWhilePacksMove) {
    const TestDisk disk = noisy(1);
    store(disk, "whole", {{0, 4 * kMiB}});
    store(disk, "part", {{0, kMiB}});
    region_.delete_snapshot(snap("whole"));
    const RegionStore other(dir_.path() / "region");  // its index knows the old pack
    collect_garbage(region_, kAtOnce);
    EXPECT_NO_THROW(restore(other, snap("part"), dir_.path() / "other.raw"));
}

TEST_F(GcTest, TheGraceKeepsWhatIsYoung) {
    store(noisy(2), "gone", {{0, 4 * kMiB}});
    region_.delete_snapshot(snap("gone"));
    EXPECT_TRUE(plan_gc(region_, {}).remove.empty());
    collect_garbage(region_, {});
    EXPECT_EQ(region_.chunks().packs().size(), 1u);
}

TEST_F(GcTest, APinKeepsADeletedSnapshotReadable) {
    const TestDisk disk = noisy(1);
    store(disk, "one", {{0, 4 * kMiB}});
    {
        const Pin pin = region_.pin(snap("one"));
        region_.delete_snapshot(snap("one"));
        collect_garbage(region_, kAtOnce);
        for (const BlockRef& ref : pin.manifest().blocks) {
            EXPECT_EQ(region_.read_chunk(ref.chunk).size(), kBlockBytes);
        }
    }
    collect_garbage(region_, kAtOnce);
    EXPECT_TRUE(region_.chunks().packs().empty());
    EXPECT_THROW(region_.pin(snap("one")), SnapshotNotFound);
}

TEST_F(GcTest, SweepsWhatDeadProcessesLeft) {
    base::write_file_atomically(layout::temporary(region_.root()) / "dead.pack", "half a pack");
    store(noisy(1), "one", {{0, kMiB}});
    std::filesystem::copy_file(layout::snapshot(region_.root(), snap("one")),
                               layout::pins(region_.root()) / "dead-pin");
    EXPECT_TRUE(plan_gc(region_, {}).temporary.empty());  // young
    collect_garbage(region_, kAtOnce);
    EXPECT_TRUE(base::list_directory(layout::temporary(region_.root())).empty());
    EXPECT_TRUE(base::list_directory(layout::pins(region_.root())).empty());
}

TEST_F(GcTest, DeletesNothingWhileSomebodyWrites) {
    store(noisy(2), "gone", {{0, 4 * kMiB}});
    region_.delete_snapshot(snap("gone"));
    GcOptions impatient = kAtOnce;
    impatient.lock_wait = std::chrono::milliseconds(0);
    {
        const auto writer = ProcessLock::shared(layout::writers_lock(region_.root()));
        EXPECT_TRUE(collect_garbage(region_, impatient).busy);
        EXPECT_EQ(region_.chunks().packs().size(), 1u);
    }
    EXPECT_FALSE(collect_garbage(region_, impatient).busy);
    EXPECT_TRUE(region_.chunks().packs().empty());
}

TEST_F(GcTest, ADamagedManifestStopsIt) {
    store(noisy(1), "one", {{0, 4 * kMiB}});
    testing::flip_byte(layout::snapshot(region_.root(), snap("one")), 40);
    EXPECT_THROW(collect_garbage(region_, kAtOnce), ManifestCorrupt);
    EXPECT_EQ(region_.chunks().packs().size(), 1u);
}

TEST_F(GcTest, ADamagedChunkIsNotThrownAway) {
    const TestDisk disk = noisy(1);
    store(disk, "whole", {{0, 4 * kMiB}});
    store(disk, "part", {{0, kMiB}});
    region_.delete_snapshot(snap("whole"));
    const auto place = region_.chunks().find(region_.snapshot(snap("part")).blocks.at(0).chunk);
    testing::flip_byte(place->pack->path, place->entry.offset + kRecordHeaderBytes + 9);
    collect_garbage(region_, kAtOnce);
    EXPECT_TRUE(std::filesystem::exists(place->pack->path));
    EXPECT_EQ(fsck(region_).problems.size(), 1u);
}

}  // namespace
}  // namespace goldsmith::store
