// Fetching a managed base image that its distribution publishes: the list of digests first, then
// the newest image that the entry's pattern matches, compared with its digest and then checked and
// converted as every import is (disk_images/raw_disk.h).
//
// What vouches for an image is its digest, and for the list of digests https and the name of the
// host: signatures of lists are not verified.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalogue/base_image.h"
#include "disk_images/digest.h"

namespace goldsmith::catalogue {

/// The newest image of an entry in a list of digests: of the names that match, the highest by the
/// numbers in it. Nothing: none matches. Pure.
std::optional<disk_images::NamedDigest> newest_image(const CloudImage& image,
                                                     std::string_view digest_list);

/// Where a folder is found: itself, or its copy below `mirror`. Pure.
std::string folder_on_mirror(const std::string& folder, const std::string& mirror);

/// The semantic version of a fetched image: the first two numbers of the system's version and the
/// UTC date. Pure.
std::string version_of_fetched(const std::string& os_version,
                               std::chrono::system_clock::time_point now);

/// Throws BaseImageError: cannot be reached, no such image, a digest that differs, an image that
/// cannot be used.
BaseImage fetch_base_image(const CatalogueEntry& entry, const BuildOptions& options);

}  // namespace goldsmith::catalogue
