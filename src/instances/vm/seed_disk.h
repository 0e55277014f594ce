// The seed disk: a small FAT volume with what the guest needs to start the agent. Made with
// mkfs.fat and mcopy, as an ordinary user, without mounting anything.
#pragma once

#include <map>
#include <string>

#include "base/files.h"

namespace goldsmith::instances {

struct SeedDisk {
    base::Path path;
    std::string label;
    /// Name on the volume to content.
    std::map<std::string, std::string> files;
    /// Becomes the file "toe".
    base::Path agent_program;
};

/// Makes the file `seed.path` anew. Throws base::Error.
void make_seed_disk(const SeedDisk& seed);

}  // namespace goldsmith::instances
