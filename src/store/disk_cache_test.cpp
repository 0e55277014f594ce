#include "store/disk_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/files.h"
#include "base/process.h"
#include "store/cache_entry.h"
#include "store/ingest.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

class DiskCacheTest : public ::testing::Test {
protected:
    SnapshotManifest store(const TestDisk& disk, const std::string& token) {
        disk.write_to(raw_);
        return ingest(region_, *open_raw_disk(raw_),
                      {.id = snap(token), .extents = {{0, disk.bytes().size()}}})
            .manifest;
    }

    static void qemu(const std::string& program, std::vector<std::string> arguments) {
        base::Command command;
        command.program = program;
        command.arguments = std::move(arguments);
        base::run_checked(command);
    }

    // An instance's overlay with some bytes written to it.
    std::filesystem::path overlay_on(const CachedDisk& disk, int value) {
        const auto path = dir_.path() / ("overlay" + std::to_string(value) + ".qcow2");
        qemu("qemu-img", {"create", "-q", "-f", "qcow2", "-F", disk.format(), "-b",
                          disk.path().string(), path.string()});
        qemu("qemu-io", {"-c", "write -P " + std::to_string(value) + " 1M 64k", path.string()});
        return path;
    }

    SnapshotManifest store_overlay(const std::filesystem::path& overlay, const std::string& token,
                                   const std::string& parent) {
        const ImageFileMap map = map_image_file(overlay);
        return ingest(region_, *map.disk,
                      {.id = snap(token), .extents = map.dirty, .parent = snap(parent)})
            .manifest;
    }

    std::size_t disks_in_cache() const { return list_cache(cache_dir_).entries.size(); }

    Bytes contents(const CachedDisk& disk) {
        const auto flat = dir_.path() / "flat.raw";
        qemu("qemu-img",
             {"convert", "-f", disk.format(), "-O", "raw", disk.path().string(), flat.string()});
        return read_bytes(flat);
    }

    base::TempDir dir_;
    std::filesystem::path raw_ = dir_.path() / "disk.raw";
    std::filesystem::path cache_dir_ = dir_.path() / "cache";
    RegionStore region_{dir_.path() / "region"};
    DiskCache cache_{cache_dir_, {.max_layers = 2}};
};

TEST_F(DiskCacheTest, MakesADiskOnceAndFindsItAgain) {
    TestDisk disk(4 * kMiB);
    disk.scribble(5, kMiB);
    const auto manifest = store(disk, "one");
    EXPECT_FALSE(cache_.find(manifest));
    {
        const CachedDisk first = cache_.get(region_, snap("one"));
        EXPECT_FALSE(first.was_cached());
        EXPECT_EQ(first.format(), "raw");
        EXPECT_EQ(read_bytes(first.path()), disk.bytes());
    }
    EXPECT_TRUE(cache_.get(region_, snap("one")).was_cached());
    EXPECT_TRUE(cache_.find(manifest));
    store(disk, "the same disk under another name");
    EXPECT_TRUE(cache_.get(region_, snap("the same disk under another name")).was_cached());
    EXPECT_THROW(cache_.get(region_, snap("nothing")), SnapshotNotFound);
}

TEST_F(DiskCacheTest, ADonatedOverlayIsTheDiskOfItsSnapshot) {
    TestDisk disk(4 * kMiB);
    disk.scribble(5, kMiB);
    store(disk, "base");
    const CachedDisk base_disk = cache_.get(region_, snap("base"));
    const auto overlay = overlay_on(base_disk, 7);
    const auto manifest = store_overlay(overlay, "child", "base");
    disk.fill({kMiB, 64 * 1024}, std::byte{7});

    EXPECT_TRUE(cache_.donate(manifest, overlay, base_disk));
    EXPECT_FALSE(std::filesystem::exists(overlay));
    const CachedDisk child = cache_.get(region_, snap("child"));
    EXPECT_TRUE(child.was_cached());
    EXPECT_EQ(child.format(), "qcow2");
    EXPECT_EQ(contents(child), disk.bytes());

    // What the store restores is the same, and the cache still works after the directory moved.
    RegionStore other_view(dir_.path() / "region");
    DiskCache other_cache(dir_.path() / "other cache");
    EXPECT_EQ(read_bytes(other_cache.get(other_view, snap("child")).path()), disk.bytes());
    std::filesystem::rename(cache_dir_, dir_.path() / "moved");
    DiskCache moved(dir_.path() / "moved");
    const CachedDisk again = moved.get(region_, snap("child"));
    EXPECT_TRUE(again.was_cached());
    EXPECT_EQ(contents(again), disk.bytes());
}

TEST_F(DiskCacheTest, AnAdoptedFileNeedsNoRestore) {
    TestDisk disk(2 * kMiB);
    disk.scribble(5, kMiB);
    const auto manifest = store(disk, "one");
    EXPECT_TRUE(cache_.adopt(manifest, raw_));
    EXPECT_FALSE(std::filesystem::exists(raw_));
    const CachedDisk cached = cache_.get(region_, snap("one"));
    EXPECT_TRUE(cached.was_cached());
    EXPECT_EQ(read_bytes(cached.path()), disk.bytes());

    disk.write_to(raw_);
    EXPECT_FALSE(cache_.adopt(manifest, raw_));
    EXPECT_TRUE(std::filesystem::exists(raw_));
    TestDisk(kMiB).write_to(raw_);
    EXPECT_THROW(cache_.adopt(manifest, raw_), base::Error);
}

TEST_F(DiskCacheTest, TheChainDoesNotGrowBeyondItsBound) {
    TestDisk disk(4 * kMiB);
    disk.scribble(5, kMiB);
    store(disk, "g0");
    for (int i = 1; i <= 3; ++i) {
        const CachedDisk below = cache_.get(region_, snap("g" + std::to_string(i - 1)));
        const auto overlay = overlay_on(below, i);
        const auto manifest =
            store_overlay(overlay, "g" + std::to_string(i), "g" + std::to_string(i - 1));
        EXPECT_EQ(cache_.donate(manifest, overlay, below), i <= 2) << i;
        EXPECT_EQ(std::filesystem::exists(overlay), i > 2) << i;
    }
    const CachedDisk last = cache_.get(region_, snap("g3"));
    EXPECT_EQ(last.format(), "raw");  // the third would have been one layer too many
    disk.fill({kMiB, 64 * 1024}, std::byte{3});
    EXPECT_EQ(contents(last), disk.bytes());
}

TEST_F(DiskCacheTest, TrimEvictsTheLeastRecentlyUsedButNothingInUse) {
    for (int i = 0; i < 4; ++i) {
        TestDisk disk(2 * kMiB, 10u + static_cast<unsigned>(i));
        disk.scribble(8, kMiB);
        store(disk, "d" + std::to_string(i));
        cache_.get(region_, snap("d" + std::to_string(i)));
    }
    const CachedDisk in_use = cache_.get(region_, snap("d0"));
    EXPECT_EQ(disks_in_cache(), 4u);
    const std::uint64_t half = list_cache(cache_dir_).bytes / 2;
    EXPECT_GT(cache_.trim(half), 0u);
    EXPECT_LE(list_cache(cache_dir_).bytes, half);
    EXPECT_FALSE(cache_.find(region_.snapshot(snap("d1"))));  // the longest unused
    cache_.trim(0);
    EXPECT_EQ(disks_in_cache(), 1u);
    EXPECT_TRUE(cache_.get(region_, snap("d0")).was_cached());
}

TEST_F(DiskCacheTest, WhatBacksALayerInUseStays) {
    TestDisk disk(2 * kMiB);
    disk.scribble(8, kMiB);
    store(disk, "base");
    std::optional<CachedDisk> child;
    {
        const CachedDisk base_disk = cache_.get(region_, snap("base"));
        const auto overlay = overlay_on(base_disk, 5);
        const auto manifest = store_overlay(overlay, "child", "base");
        ASSERT_TRUE(cache_.donate(manifest, overlay, base_disk));
        child = cache_.find(manifest);
    }
    EXPECT_EQ(cache_.trim(0), 0u);
    EXPECT_EQ(disks_in_cache(), 2u);
    child.reset();
    cache_.trim(0);
    EXPECT_TRUE(base::list_directory(cache_dir_).empty());
}

TEST_F(DiskCacheTest, ManyAtOnceMakeOneDisk) {
    TestDisk disk(8 * kMiB);
    disk.scribble(8, kMiB);
    store(disk, "one");
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            DiskCache cache(cache_dir_);
            const bool same =
                read_bytes(cache.get(RegionStore(dir_.path() / "region"), snap("one")).path()) ==
                disk.bytes();
            ::_exit(same ? 0 : 1);
        }
        children.push_back(pid);
    }
    std::atomic<int> made{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back(
                [&] { made += cache_.get(region_, snap("one")).was_cached() ? 0 : 1; });
        }
    }
    EXPECT_LE(made, 1);
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
}

TEST_F(DiskCacheTest, AnEntryOfAnEarlierStartOfTheMachineIsMadeAgain) {
    TestDisk disk(2 * kMiB);
    disk.scribble(3, kMiB);
    const auto manifest = store(disk, "one");
    cache_.get(region_, snap("one"));
    const auto meta = cache_dir_ / (manifest.content_digest() + ".json");
    auto entry = parse_cache_entry(base::read_file(meta)).value();
    entry.boot_id = "an earlier one";
    base::write_file_atomically(meta, encode(entry));
    base::write_file_atomically(cache_dir_ / (manifest.content_digest() + ".raw"), "torn");
    const CachedDisk again = cache_.get(region_, snap("one"));
    EXPECT_FALSE(again.was_cached());
    EXPECT_EQ(read_bytes(again.path()), disk.bytes());
}

}  // namespace
}  // namespace goldsmith::store
