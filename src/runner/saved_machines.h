// goldsmith-runner machines: takes away saved machines (instances/vm/saved_states.h) that are of no
// use any more: the snapshot that they go on from is in no region's store, or its disk has left the
// cache, or nobody has used them for two weeks. Started by `goldsmith gc`.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::runner {

struct SavedMachinesOptions {
    base::Path directory;
    /// The regions' stores.
    base::Path stores;
    /// Only says what would go.
    bool dry_run = false;
};

/// What follows the word `machines` on the command line. Throws base::Error for what it does not
/// know.
SavedMachinesOptions parse_saved_machines_options(const std::vector<std::string>& arguments);

/// What a saved machine goes on from, as WarmStart::disk_identity: `base_disk` is the file below
/// the instance's overlay.
std::string disk_identity(const std::string& snapshot, const base::Path& base_disk, int size_gib);

/// A line about what was found, for people; empty where no machine is saved. Throws base::Error.
std::string collect_saved_machines(const SavedMachinesOptions& options);

}  // namespace goldsmith::runner
