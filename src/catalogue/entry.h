// The catalogue of managed base images, as data: what to install and how large a disk to make, or
// where the distribution publishes a disk that is fetched. A further distribution is a further
// entry; a further way of installing (not apt) would be a further kind of recipe. Values only; safe
// from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::catalogue {

/// A disk that the distribution publishes, in a folder with a list of digests.
struct CloudImage {
    /// https, with a slash at the end.
    std::string folder;
    /// The list's name in the folder. "{name}": each image has a list of its own beside it, and
    /// `name` is no pattern.
    std::string digest_list;
    /// Shell pattern of the image's name: the newest that matches is taken.
    std::string name;
    /// As `image import --format` takes it. An ".img" may be two of them.
    std::string format;
};

struct CatalogueEntry {
    /// The managed image's name in the API: `.../image/debian-12-x86/x.x.x`.
    std::string name;
    /// What people type: `goldsmith image pull debian-12`.
    std::string alias;
    /// For listings: "Debian GNU/Linux 12 (bookworm)".
    std::string title;
    std::string os_name;           // "Debian"
    std::string os_version;        // "12"
    std::string ec2_architecture;  // "x86_64"
    /// Set: fetched. Not set: made of packages, as the members below say.
    std::optional<CloudImage> cloud_image{};
    /// The release's name in the archive: "bookworm".
    std::string codename;
    std::string debian_architecture;  // "amd64"
    /// Archive sections taken from the mirror.
    std::vector<std::string> components;
    /// Installed beside the essential packages. Sorted by purpose, see entry.cpp.
    std::vector<std::string> packages;
    std::uint64_t disk_mib = 0;
    std::string default_host_name;
};

/// Everything that can be pulled.
const std::vector<CatalogueEntry>& catalogue();

/// Those that are fetched (cloud_entries.cpp).
std::vector<CatalogueEntry> cloud_entries();

/// By name or alias; nothing when there is no such entry.
std::optional<CatalogueEntry> find_entry(std::string_view name_or_alias);

}  // namespace goldsmith::catalogue
