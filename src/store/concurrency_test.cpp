#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/files.h"
#include "store/fsck.h"
#include "store/gc.h"
#include "store/ingest.h"
#include "store/replicate.h"
#include "store/restore.h"
#include "store/test_disk.h"

// Several writers, readers and a collector on one region: threads of one process (run it under
// TSan), and processes.
namespace goldsmith::store {
namespace {

using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

// Stores, checks and deletes snapshots; every writer shares half of its disk with all others. False
// on any difference.
bool write_and_check(RegionStore& region, const std::filesystem::path& folder, int writer,
                     int rounds) {
    bool good = true;
    for (int round = 0; round < rounds; ++round) {
        const std::string name = std::to_string(writer) + "-" + std::to_string(round);
        TestDisk disk(3 * kMiB, 100u + static_cast<unsigned>(writer * 10 + round));
        disk.scribble(4, kMiB);
        disk.fill({0, kMiB}, std::byte{'s'});
        disk.fill({0, 100}, static_cast<std::byte>(round));
        disk.write_to(folder / (name + ".raw"));
        ingest(region, *open_raw_disk(folder / (name + ".raw")),
               {.id = snap(name), .extents = {{0, 3 * kMiB}}});
        restore(region, snap(name), folder / (name + ".out"));
        good = good && read_bytes(folder / (name + ".out")) == disk.bytes();
        if (round % 2 == 0) {
            region.delete_snapshot(snap(name));
        }
    }
    return good;
}

TEST(StoreConcurrencyTest, ThreadsShareOneRegion) {
    const base::TempDir dir;
    RegionStore region(dir.path() / "region", {.pack_bytes = kMiB, .threads = 2});
    RegionStore other(dir.path() / "other");
    std::atomic<int> bad{0};
    std::atomic<bool> stop{false};
    {
        std::jthread collector([&] {
            while (!stop) {
                collect_garbage(region, {.grace = std::chrono::seconds(0),
                                         .compact_above = 0.01,
                                         .lock_wait = std::chrono::milliseconds(20)});
            }
        });
        {
            std::vector<std::jthread> writers;
            for (int i = 0; i < 3; ++i) {
                writers.emplace_back(
                    [&, i] { bad += write_and_check(region, dir.path(), i, 4) ? 0 : 1; });
            }
        }
        stop = true;
    }
    EXPECT_EQ(bad, 0);
    EXPECT_TRUE(fsck(region).clean());
    for (const SnapshotId& id : region.snapshots()) {
        copy_snapshot(region, other, id);
    }
    EXPECT_EQ(other.snapshots().size(), 6u);
    EXPECT_TRUE(fsck(other).clean());
}

TEST(StoreConcurrencyTest, ProcessesShareOneRegion) {
    const base::TempDir dir;
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            RegionStore region(dir.path() / "region");
            ::_exit(write_and_check(region, dir.path(), i, 4) ? 0 : 1);
        }
        children.push_back(pid);
    }
    RegionStore region(dir.path() / "region");
    int running = 3;
    while (running > 0) {
        collect_garbage(region, {.grace = std::chrono::seconds(0),
                                 .compact_above = 0.01,
                                 .lock_wait = std::chrono::milliseconds(20)});
        for (const pid_t child : children) {
            int status = 0;
            if (::waitpid(child, &status, WNOHANG) == child) {
                EXPECT_EQ(status, 0);
                --running;
            }
        }
    }
    EXPECT_EQ(region.snapshots().size(), 6u);
    EXPECT_TRUE(fsck(region).clean());
}

TEST(StoreConcurrencyTest, TheSameSnapshotTwiceAtOnceIsOne) {
    const base::TempDir dir;
    RegionStore region(dir.path() / "region");
    TestDisk disk(3 * kMiB);
    disk.scribble(5, kMiB);
    disk.write_to(dir.path() / "disk.raw");
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 3; ++i) {
            writers.emplace_back([&] {
                ingest(region, *open_raw_disk(dir.path() / "disk.raw"),
                       {.id = snap("one"), .extents = {{0, 3 * kMiB}}});
            });
        }
    }
    EXPECT_EQ(region.snapshots().size(), 1u);
    restore(region, snap("one"), dir.path() / "out.raw");
    EXPECT_EQ(read_bytes(dir.path() / "out.raw"), disk.bytes());
}

}  // namespace
}  // namespace goldsmith::store
