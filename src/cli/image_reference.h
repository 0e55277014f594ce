// Finding an image by what people write: an AMI id, a managed image's name, an image build version
// ARN, or (for `run`) a file.
#pragma once

#include <optional>
#include <string>

#include "store/image_manifest.h"

namespace goldsmith::store {
class RegionSet;
}

namespace goldsmith::cli {

struct FoundImage {
    std::string region;
    store::ImageManifest image;
};

/// Looks in `region`, or in all regions when it is empty. Throws base::Error saying what was looked
/// for where when there is none.
FoundImage find_image(store::RegionSet& regions, const std::string& region,
                      const std::string& reference);

}  // namespace goldsmith::cli
