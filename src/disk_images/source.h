// Where an image comes from: a file of this host, or a URL that is fetched first. With a digest it
// is compared before anything looks into the file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "disk_images/download.h"

namespace goldsmith::disk_images {

struct ImageSource {
    std::string location;  // path or http(s) URL
    std::optional<Digest> digest{};
    /// A list as sha256sum writes it, in which the file's name is looked up.
    std::string digest_list_url{};
};

struct ImageFile {
    base::Path path;
    std::string file_name;           // as it was called where it came from
    std::string shown;               // for people and manifests: without credentials
    std::optional<Digest> digest{};  // that was compared
};

/// A URL is fetched into `folder`. Throws ImageRefused when the digest differs or the list does not
/// name the file, base::Error when it cannot be had.
ImageFile obtain(const ImageSource& source, const base::Path& folder, const FetchRules& rules);

}  // namespace goldsmith::disk_images
