// Machines that were saved when they were ready, to go on from instead of booting: a folder below
// the disk cache, one entry for each key. The key is a hash over everything that the machine is
// made of and the host's start, so a change of anything means another entry, and old ones are
// evicted by use.
//
//     <directory>/<key>/memory      QEMU's migration stream
//                       disk.qcow2  the overlay as it was at that moment
//                       seed.img    the seed disk
//                       machine-id  which the guest had, 32 hexadecimal digits
//                       base        WarmStart::disk_identity of whoever saved it
//                       uefi-variables.fd  of a machine that boots by UEFI
//                       sizes       of the files that the machine uses, a line each
//
// An entry appears whole (rename) and may vanish at any time: whoever uses it opens or copies first
// and boots when that fails. Several processes share the folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "instances/instance.h"
#include "instances/vm/qemu_command.h"

namespace goldsmith::instances {

/// The key for machines like this one. Names, identities and places of files do not matter; what
/// the guest could notice does. Throws base::Error when the agent's program cannot be read.
std::string saved_state_key(const QemuSettings& settings, const InstanceSpec& spec);

struct SavedState {
    base::Path folder;
    std::filesystem::file_time_type used;
    std::uint64_t bytes = 0;
    /// WarmStart::disk_identity; empty when it is not known.
    std::string disk_identity;
    /// Being written, by a process that may have died.
    bool is_unfinished = false;
};

/// Which states to keep.
struct SavedStateLimits {
    std::uint64_t most_bytes = 0;
    /// Since its last use.
    std::chrono::seconds most_age = std::chrono::hours(24 * 365);
    /// Whether the disk that a state continues is of use still; all are when empty.
    std::function<bool(const std::string& disk_identity)> is_wanted;
};

/// Those that go: what is not wanted, too old or abandoned, then what is used least beyond the
/// bound. Pure but for is_wanted.
std::vector<SavedState> superfluous(std::vector<SavedState> states, const SavedStateLimits& limits,
                                    std::filesystem::file_time_type now);

class SavedStates {
public:
    /// Makes the folder.
    explicit SavedStates(WarmStart warm);

    /// The entry's folder, now the most recently used one; nothing when there is none. One that is
    /// not whole is removed.
    std::optional<base::Path> find(const std::string& key) const;
    /// A private folder to write an entry into.
    base::TempDir begin() const;
    /// Makes it the entry, unless another process was faster, and evicts what is used least beyond
    /// the bound.
    void commit(base::TempDir folder, const std::string& key) const;
    void discard(const std::string& key) const;
    /// Of a folder that need not exist.
    static std::vector<SavedState> list(const base::Path& directory);

private:
    WarmStart warm_;
};

}  // namespace goldsmith::instances
