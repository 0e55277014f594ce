// Images: registering an AMI in a region: manifest in the store, rows and tags in the database, in
// the order that leaves nothing half visible. Used by CreateImage, DistributeImage and
// imports. Every function may be repeated.
#pragma once

#include <map>
#include <string>

#include "actions/world.h"
#include "store/image_manifest.h"

namespace goldsmith::actions {

struct ImageRegistration {
    store::ImageManifest image;
    std::string region;
    std::string owner;
    std::map<std::string, std::string> tags;
    std::string source_image_id;
    std::string source_image_region;  ///< copies only
};

/// The tags that every AMI and snapshot of a build carries.
std::map<std::string, std::string> build_tags(const std::string& image_arn);

/// The snapshots must be in the region's store already.
void register_image(db::Database& database, store::RegionSet& regions,
                    const ImageRegistration& registration);
inline void register_image(World& world, const ImageRegistration& registration) {
    register_image(world.database, world.regions, registration);
}

}  // namespace goldsmith::actions
