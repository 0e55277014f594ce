// Machines that were saved when they were ready, to go on from instead of booting: a folder below
// the disk cache, one entry for each key. The key is a hash over everything that the machine is
// made of, so a change of anything means another entry, and old ones are evicted by use.
//
//     <directory>/<key>/memory      QEMU's migration stream
//                       disk.qcow2  the overlay as it was at that moment
//                       seed.img    the seed disk
//                       machine-id  which the guest had, 32 hexadecimal digits
//
// An entry appears whole (rename) and may vanish at any time: whoever uses it opens or copies first
// and boots when that fails. Several processes share the folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/files.h"
#include "instances/instance.h"
#include "instances/vm/qemu_command.h"

namespace goldsmith::instances {

/// The key for machines like this one. Names, identities and places of files do not matter; what
/// the guest could notice does. Throws base::Error when the agent's program cannot be read.
std::string saved_state_key(const QemuSettings& settings, const InstanceSpec& spec);

class SavedStates {
public:
    explicit SavedStates(base::Path directory, std::uint64_t most_bytes);

    /// The entry's folder, now the most recently used one; nothing when there is none.
    std::optional<base::Path> find(const std::string& key) const;
    /// A private folder to write an entry into.
    base::TempDir begin() const;
    /// Makes it the entry, unless another process was faster, and evicts what is used least beyond
    /// the bound.
    void commit(base::TempDir folder, const std::string& key) const;
    void discard(const std::string& key) const;
    /// Evicts down to `most_bytes` on the disk, and folders whose makers have died.
    void trim(std::uint64_t most_bytes) const;

private:
    base::Path directory_;
    std::uint64_t most_bytes_;
};

}  // namespace goldsmith::instances
