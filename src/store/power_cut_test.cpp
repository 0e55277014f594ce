#include <gtest/gtest.h>

#include <functional>

#include "base/files.h"
#include "store/chunk_store.h"
#include "store/fault_file_system.h"
#include "store/fsck.h"
#include "store/gc.h"
#include "store/ingest.h"
#include "store/replicate.h"
#include "store/restore.h"
#include "store/test_disk.h"

// Each verb of a store, stopped at each of its file operations, once as when the process is killed
// (everything done so far stays) and once as when the power goes (only what was synced stays).
// After each: the store is whole, what was there is there, the verb done again succeeds, and a
// collection leaves no trace of the first attempt.
namespace goldsmith::store {
namespace {

using testing::FaultFileSystem;
using testing::PowerCut;
using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

enum class Cut { killed, power_lost };

// Where there is one, a file system in memory: the power cuts are played, so that real syncs only
// cost time.
std::filesystem::path in_memory() {
    return std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "";
}

// Two regions, with a parent snapshot, and disks to compare with.
struct World {
    base::TempDir dir{"goldsmith", in_memory()};
    TestDisk disk{3 * kMiB, 5};
    Bytes parent_bytes;
    Bytes child_bytes;
    std::filesystem::path raw = dir.path() / "disk.raw";

    std::filesystem::path root(const std::string& name) const { return dir.path() / name; }

    static StoreOptions options(std::shared_ptr<FileSystem> files) {
        return {.pack_bytes = 200, .threads = 1, .file_system = std::move(files)};
    }

    void store_parent(const std::string& region) {
        for (const std::uint64_t block : {0, 2, 5}) {
            disk.fill({block * kBlockBytes + 7, 40'000}, static_cast<std::byte>(1 + block));
        }
        disk.write_to(raw);
        RegionStore store(root(region), options(nullptr));
        ingest(store, *open_raw_disk(raw), {.id = snap("parent"), .extents = {{0, 3 * kMiB}}});
        parent_bytes = disk.bytes();
        disk.take_dirty();
        disk.fill({2 * kBlockBytes, 100}, std::byte{'n'});
        disk.fill({3 * kBlockBytes, 100}, std::byte{'m'});
        disk.write_to(raw);
        child_bytes = disk.bytes();
    }

    void store_child(RegionStore& store) {
        auto dirty = disk.take_dirty();
        if (dirty.empty()) {
            dirty = {{0, 3 * kMiB}};
        }
        ingest(store, *open_raw_disk(raw),
               {.id = snap("child"), .extents = dirty, .parent = snap("parent")});
    }

    void expect_whole(const std::string& region) const {
        const RegionStore store(root(region), options(nullptr));
        const FsckReport report = fsck(store);
        for (const FsckProblem& problem : report.problems) {
            ADD_FAILURE() << region << ": " << name(problem.kind) << " " << problem.subject << ": "
                          << problem.detail;
        }
    }

    void expect_snapshot(const std::string& region, const std::string& token,
                         const Bytes& bytes) const {
        const RegionStore store(root(region), options(nullptr));
        const auto out = dir.path() / "out.raw";
        restore(store, snap(token), out);
        EXPECT_TRUE(read_bytes(out) == bytes) << region << " " << token;
    }

    bool has(const std::string& region, const std::string& token) const {
        return RegionStore(root(region), options(nullptr)).has_snapshot(snap(token));
    }

    // Collects what the first attempt left; then nothing may be without a reference.
    void expect_no_trace(const std::string& region) const {
        RegionStore store(root(region), options(nullptr));
        const GcOptions at_once{.grace = std::chrono::seconds(0), .compact_above = 0.0001};
        collect_garbage(store, at_once);
        EXPECT_EQ(fsck(store).orphan_chunks, 0u) << region;
        EXPECT_TRUE(base::list_directory(store.root() / "tmp").empty());
        EXPECT_TRUE(base::list_directory(store.root() / "pins").empty());
    }
};

struct Verb {
    const char* name;
    std::function<void(World&)> prepare;
    std::function<void(World&, std::shared_ptr<FaultFileSystem>)> act;
    std::function<void(World&)> check;  // after the second, undisturbed attempt
};

std::vector<Verb> verbs() {
    const auto open = [](World& world, const std::string& region,
                         std::shared_ptr<FaultFileSystem> files) {
        return RegionStore(world.root(region), World::options(std::move(files)));
    };
    const auto copy = [open](World& world, std::shared_ptr<FaultFileSystem> files) {
        const RegionStore from(world.root("a"), World::options(nullptr));
        RegionStore to = open(world, "b", std::move(files));
        copy_snapshot(from, to, snap("parent"));
    };
    const auto parent_in_b = [](World& world) {
        world.expect_snapshot("b", "parent", world.parent_bytes);
    };
    const auto store_parent = [](World& world) { world.store_parent("a"); };
    return {
        {"ingest", store_parent,
         [open](World& world, std::shared_ptr<FaultFileSystem> files) {
             RegionStore store = open(world, "a", std::move(files));
             world.store_child(store);
         },
         [](World& world) { world.expect_snapshot("a", "child", world.child_bytes); }},
        {"copy_by_link", store_parent, copy, parent_in_b},
        {"copy_by_bytes", store_parent,
         [copy](World& world, std::shared_ptr<FaultFileSystem> files) {
             files->forbid_links();
             copy(world, std::move(files));
         },
         parent_in_b},
        {"collect",
         [](World& world) {
             world.store_parent("a");
             RegionStore store(world.root("a"), World::options(nullptr));
             world.store_child(store);
             store.delete_snapshot(snap("child"));
             // Garbage within a pack that must stay, too: a second parent that shares chunks with
             // the first.
             TestDisk other(3 * kMiB, 77);
             other.fill({100, 100}, std::byte{'p'});
             other.fill({2 * kMiB, 100}, std::byte{'q'});
             other.write_to(world.dir.path() / "other.raw");
             const auto disk = open_raw_disk(world.dir.path() / "other.raw");
             ingest(store, *disk, {.id = snap("whole"), .extents = {{0, 3 * kMiB}}});
             ingest(store, *disk, {.id = snap("part"), .extents = {{0, kMiB}}});
             store.delete_snapshot(snap("whole"));
         },
         [open](World& world, std::shared_ptr<FaultFileSystem> files) {
             RegionStore store = open(world, "a", std::move(files));
             collect_garbage(store, {.grace = std::chrono::seconds(0), .compact_above = 0.0001});
         },
         [](World& world) {
             EXPECT_TRUE(world.has("a", "part"));
             EXPECT_FALSE(world.has("a", "whole"));
         }},
        {"image", store_parent,
         [open](World& world, std::shared_ptr<FaultFileSystem> files) {
             RegionStore store = open(world, "a", std::move(files));
             store.put_image(
                 {.id = ImageId::from_token("i"),
                  .name = "image",
                  .block_devices = {{.device_name = "/dev/xvda", .snapshot = snap("parent")}}});
         },
         [](World& world) {
             const RegionStore store(world.root("a"), World::options(nullptr));
             EXPECT_EQ(store.image(ImageId::from_token("i")).name, "image");
         }},
    };
}

class PowerCutTest : public ::testing::TestWithParam<std::tuple<std::size_t, Cut>> {};

TEST_P(PowerCutTest, NothingIsLostAndNothingStays) {
    const Verb verb = verbs().at(std::get<0>(GetParam()));
    const Cut cut = std::get<1>(GetParam());
    bool finished = false;
    int stops = 0;
    for (int n = 1; !finished; ++n) {
        SCOPED_TRACE(std::string(verb.name) + " stopped at operation " + std::to_string(n));
        World world;
        verb.prepare(world);
        auto files = std::make_shared<FaultFileSystem>();
        files->cut_at(n);
        try {
            verb.act(world, files);
            finished = files->operations() < n;
        } catch (const std::exception&) {
            ++stops;  // a PowerCut, perhaps with context around it
        }
        if (cut == Cut::power_lost) {
            files->lose_unsynced();
        }
        world.expect_whole("a");
        world.expect_whole("b");
        world.expect_snapshot("a", "parent", world.parent_bytes);
        if (finished) {
            verb.check(world);  // what the verb promised when it returned survives, too
        }
        verb.act(world, std::make_shared<FaultFileSystem>());
        verb.check(world);
        world.expect_whole("a");
        world.expect_snapshot("a", "parent", world.parent_bytes);
        world.expect_no_trace("a");
        world.expect_no_trace("b");
        verb.check(world);
        ASSERT_LT(n, 200);
        if (HasFailure()) {
            return;  // one stop tells enough
        }
    }
    EXPECT_GE(stops, 4);
}

INSTANTIATE_TEST_SUITE_P(Verbs, PowerCutTest,
                         ::testing::Combine(::testing::Range(std::size_t{0}, verbs().size()),
                                            ::testing::Values(Cut::killed, Cut::power_lost)),
                         [](const auto& param) {
                             return std::string(verbs().at(std::get<0>(param.param)).name) +
                                    (std::get<1>(param.param) == Cut::killed ? "_killed"
                                                                             : "_power_lost");
                         });

// The harness itself: without the syncs it must find losses.
TEST(FaultFileSystemTest, ForgetsWhatWasNotSynced) {
    const base::TempDir dir;
    FaultFileSystem files;
    const Bytes text(3, std::byte{'x'});
    const auto make = [&](const char* name, bool sync_content, bool sync_name) {
        const base::Fd fd = files.create(dir.path() / "temporary");
        files.write(fd.get(), text, 0);
        if (sync_content) {
            files.sync(fd.get());
        }
        std::filesystem::create_directories(dir.path() / name);
        files.rename(dir.path() / "temporary", dir.path() / name / "file");
        if (sync_name) {
            files.sync_directory(dir.path() / name);
        }
    };
    make("both", true, true);
    make("content", true, false);
    std::filesystem::remove(dir.path() / "temporary");
    make("name", false, true);
    files.lose_unsynced();
    EXPECT_EQ(read_bytes(dir.path() / "both/file"), text);
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "content/file"));
    EXPECT_TRUE(read_bytes(dir.path() / "name/file").empty());
}

}  // namespace
}  // namespace goldsmith::store
