// Managed images (owner Amazon, ARN account `aws`): base images that were pulled. Written by
// whoever pulled one, listed and resolved by service/. Runs on the connection it is given, which
// must be in a transaction that writes. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/version.h"
#include "state/images.h"

namespace goldsmith::state {

struct ManagedImage {
    std::string name{};      // "debian-12-x86"
    api::Version version{};  // without build: 12.15.20261123
    std::string description{};
    std::string os_version{};  // "Debian GNU/Linux 12"
    std::string platform = "Linux";
    struct RegionalAmi {
        std::string region{};
        std::string image_id{};
    };
    std::vector<RegionalAmi> amis{};
    std::vector<ImagePackage> packages{};
};

/// Adds the version, or replaces its AMIs and packages when it is there already. Returns the build
/// version ARN as seen from `region`.
std::string put_managed_image(db::Connection& connection, const ManagedImage& image,
                              std::string_view region, std::int64_t now_ms);

}  // namespace goldsmith::state
