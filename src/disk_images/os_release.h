// Which operating system an os-release file names. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::disk_images {

struct OsIdentity {
    std::string id;           // "debian"
    std::string version_id;   // "12"
    std::string pretty_name;  // "Debian GNU/Linux 12 (bookworm)"

    bool operator==(const OsIdentity&) const = default;
};

/// Reads the text of an os-release file; nothing when it names no ID.
std::optional<OsIdentity> parse_os_release(std::string_view text);

}  // namespace goldsmith::disk_images
