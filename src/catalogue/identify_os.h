// Which operating system is on a disk, read from its root file system without mounting it: the disk
// may come from anywhere, and a kernel should not be shown a file system that somebody crafted.
// Used by image import. Only ext4 can be read this way; other file systems give nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/process.h"

namespace goldsmith::catalogue {

struct OsIdentity {
    std::string id;           // "debian"
    std::string version_id;   // "12"
    std::string pretty_name;  // "Debian GNU/Linux 12 (bookworm)"

    bool operator==(const OsIdentity&) const = default;
};

/// Reads the text of an os-release file; nothing when it names no ID. Pure.
std::optional<OsIdentity> parse_os_release(std::string_view text);

/// Prints a file of an ext4 file system in a disk image.
base::Command read_from_ext_command(const base::Path& disk, std::uint64_t offset_bytes,
                                    const std::string& path);

/// Nothing when there is no ext4 file system at the offset or no os-release file in it. Throws
/// base::Error when debugfs is not installed.
std::optional<OsIdentity> identify_os(const base::Path& raw_disk, std::uint64_t offset_bytes);

}  // namespace goldsmith::catalogue
