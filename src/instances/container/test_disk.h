// A small Debian disk for tests (systemd, apt, nothing else), made once per build folder with
// mmdebstrap from the host's own package archive.
#pragma once

#include <string>

#include "base/files.h"
#include "instances/instance.h"

namespace goldsmith::instances {

struct TestDisk {
    base::Path path;
    RootFileSystem root;
    /// Why there is none; empty when there is.
    std::string skip_reason;
};

TestDisk test_disk();

/// The address of the host's package archive, from apt's own configuration; empty when there is
/// none.
std::string mirror_of_host();

}  // namespace goldsmith::instances
