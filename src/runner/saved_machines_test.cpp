// Which saved machines `goldsmith gc` takes away.
#include "runner/saved_machines.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "instances/vm/saved_states.h"
#include "store/ingest.h"
#include "store/region_store.h"

namespace goldsmith::runner {
namespace {

const auto kSnapshot = store::SnapshotId::from_token("a base");

class SavedMachines : public testing::Test {
protected:
    SavedMachines() {
        const base::Path disk = folder_.path() / "disk.raw";
        base::write_file_atomically(disk, std::string(1U << 20, 'x'));
        store::RegionStore region(options_.stores / "us-east-1");
        const auto reader = store::open_raw_disk(disk);
        const base::Fd fd = base::open_file(disk, O_RDONLY);
        store::ingest(region, *reader,
                      store::IngestRequest{.id = kSnapshot,
                                           .extents = store::data_extents(fd.get()),
                                           .parent = {},
                                           .description = "",
                                           .created_ms = 0,
                                           .progress = {}});
        base::write_file_atomically(folder_.path() / "cached.raw", "a disk");
    }

    void save(const std::string& key, const std::string& identity) {
        const instances::SavedStates states({options_.directory, 1ULL << 30, identity});
        states.commit(states.begin(), key);
    }

    std::vector<std::string> kept() const { return base::list_directory(options_.directory); }

    base::TempDir folder_;
    SavedMachinesOptions options_{folder_.path() / "machines", folder_.path() / "stores", false};
};

TEST_F(SavedMachines, GoWhenWhatTheyGoOnFromIsGone) {
    EXPECT_EQ(collect_saved_machines(options_), "");
    const base::Path cached = folder_.path() / "cached.raw";
    save("good", disk_identity(kSnapshot.str(), cached, 8));
    save("deleted", disk_identity(store::SnapshotId::from_token("gone").str(), cached, 8));
    save("evicted", disk_identity(kSnapshot.str(), folder_.path() / "evicted.raw", 8));
    save("nonsense", "../../etc");

    options_.dry_run = true;
    EXPECT_EQ(collect_saved_machines(options_).substr(0, 34), "saved machines: 3 of 4 to remove, ");
    EXPECT_EQ(kept().size(), 4U);
    options_.dry_run = false;
    EXPECT_EQ(collect_saved_machines(options_).substr(0, 32), "saved machines: 3 of 4 removed, ");
    EXPECT_EQ(kept(), std::vector<std::string>{"good"});

    // Nobody has used it for a month.
    std::filesystem::last_write_time(
        options_.directory / "good",
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 30));
    EXPECT_EQ(collect_saved_machines(options_).substr(0, 32), "saved machines: 1 of 1 removed, ");
    EXPECT_TRUE(kept().empty());
}

TEST_F(SavedMachines, OptionsAreTwoFoldersAndAFlag) {
    const auto options = parse_saved_machines_options({"/m", "/s", "--dry-run"});
    EXPECT_EQ(options.directory, "/m");
    EXPECT_EQ(options.stores, "/s");
    EXPECT_TRUE(options.dry_run);
    EXPECT_THROW(parse_saved_machines_options({"/m"}), base::Error);
    EXPECT_THROW(parse_saved_machines_options({"/m", "/s", "/t"}), base::Error);
    EXPECT_THROW(parse_saved_machines_options({"/m", "/s", "--force"}), base::Error);
}

}  // namespace
}  // namespace goldsmith::runner
