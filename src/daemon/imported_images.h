// Images that were imported on the command line, as rows that the API shows, and the sweeping of
// imports whose process died. Used by the command line, beside a running server or without one.
#pragma once

#include <map>
#include <string>

#include "store/image_manifest.h"

namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::daemon {

struct Config;

/// Throws base::Error when the account has an AMI of this name in the region already: for asking
/// before the work is done.
void require_free_image_name(const Config& config, const std::string& region,
                             const std::string& name);

/// Writes the rows of an image whose manifest is in the region's store, owned by the configured
/// account. May be repeated.
void publish_imported_image(const Config& config, store::RegionSet& regions,
                            const std::string& region, const store::ImageManifest& image);

/// Takes away what imports left whose process is gone. Returns how many.
std::size_t sweep_dead_imports(const Config& config, store::RegionSet& regions);

}  // namespace goldsmith::daemon
