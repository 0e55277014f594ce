#include "runner/saved_machines.h"

#include <algorithm>
#include <sstream>

#include "base/byte_size.h"
#include "base/error.h"
#include "instances/vm/saved_states.h"
#include "runner/runner.h"
#include "store/region_set.h"

namespace goldsmith::runner {

namespace {

constexpr auto kMostAge = std::chrono::hours(24 * 14);

bool is_in_a_region(store::RegionSet& regions, const std::string& snapshot) {
    try {
        const auto id = store::SnapshotId::parse(snapshot);
        return std::any_of(
            regions.names().begin(), regions.names().end(),
            [&](const std::string& name) { return regions.at(name).has_snapshot(id); });
    } catch (const base::Error&) {
        return false;  // it names none
    }
}

}  // namespace

SavedMachinesOptions parse_saved_machines_options(const std::vector<std::string>& arguments) {
    SavedMachinesOptions options;
    for (const std::string& argument : arguments) {
        if (argument == "--dry-run") {
            options.dry_run = true;
        } else if (argument.starts_with("--")) {
            throw base::Error("unknown option " + argument);
        } else if (options.directory.empty()) {
            options.directory = argument;
        } else if (options.stores.empty()) {
            options.stores = argument;
        } else {
            throw base::Error("one argument too many: " + argument);
        }
    }
    if (options.stores.empty()) {
        throw base::Error("machines needs their folder and that of the stores");
    }
    return options;
}

std::string disk_identity(const std::string& snapshot, const base::Path& base_disk, int size_gib) {
    return snapshot + "\n" + base_disk.string() + "\n" + std::to_string(size_gib) + "\n";
}

std::string collect_saved_machines(const SavedMachinesOptions& options) {
    const auto states = instances::SavedStates::list(options.directory);
    if (states.empty()) {
        return "";
    }
    store::RegionSet regions(options.stores, base::list_directory(options.stores));
    instances::SavedStateLimits limits;
    limits.most_bytes = kSavedMachinesBytes;
    limits.most_age = kMostAge;
    limits.is_wanted = [&](const std::string& identity) {
        std::istringstream lines(identity);
        std::string snapshot;
        std::string base_disk;
        std::getline(lines, snapshot);
        std::getline(lines, base_disk);
        return is_in_a_region(regions, snapshot) && std::filesystem::exists(base_disk);
    };
    const auto going =
        instances::superfluous(states, limits, std::filesystem::file_time_type::clock::now());
    std::uint64_t bytes = 0;
    for (const instances::SavedState& state : going) {
        bytes += state.bytes;
        if (!options.dry_run) {
            base::remove_tree(state.folder);
        }
    }
    return "saved machines: " + std::to_string(going.size()) + " of " +
           std::to_string(states.size()) + (options.dry_run ? " to remove, " : " removed, ") +
           base::ByteSize::bytes(bytes).describe() + (options.dry_run ? " reclaimable" : " freed");
}

}  // namespace goldsmith::runner
