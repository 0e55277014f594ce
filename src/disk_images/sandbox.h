// Programs that look at disk images from anywhere run in here: no network, no files but the ones
// named and the system's own programs, no privileges, bounded memory, time and file size. Made of
// bubblewrap and prlimit (docs/decisions/0009-disk-images.md says why).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"

namespace goldsmith::disk_images {

struct Sandbox {
    struct Mount {
        base::Path outside;
        std::string inside;
        bool writable = false;
        bool operator==(const Mount&) const = default;
    };
    std::vector<Mount> mounts{};
    std::uint64_t largest_file_bytes = 64ULL << 20;
    std::uint64_t memory_bytes = 4ULL << 30;
    std::chrono::seconds cpu_time{60};
    /// Only for unpacking a root file system, which has many owners: with root's rights over files
    /// (but still without network, devices or other files).
    bool keeps_owners = false;
};

/// `command` with its paths as they are inside. Pure.
base::Command sandboxed(const base::Command& command, const Sandbox& sandbox);

/// Runs it and throws base::Error with the program's last words unless it succeeds. Throws saying
/// what to install when bubblewrap is missing or may not make namespaces here.
std::string run_sandboxed(const base::Command& command, const Sandbox& sandbox,
                          base::RunOptions options = {});

}  // namespace goldsmith::disk_images
