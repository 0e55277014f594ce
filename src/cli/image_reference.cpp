#include "cli/image_reference.h"

#include "base/error.h"
#include "catalogue/entry.h"
#include "store/region_set.h"

namespace goldsmith::cli {

namespace {

bool is_meant(const store::ImageManifest& image, const std::string& reference) {
    if (image.id.str() == reference || image.name == reference || image.source == reference) {
        return true;
    }
    // A managed image's versions are named `<entry>-<version>`.
    const auto entry = catalogue::find_entry(reference);
    return entry && image.name.starts_with(entry->name + "-");
}

}  // namespace

FoundImage find_image(store::RegionSet& regions, const std::string& region,
                      const std::string& reference) {
    std::optional<FoundImage> newest;
    for (const std::string& name : regions.names()) {
        if (!region.empty() && name != region) {
            continue;
        }
        for (const store::ImageId& id : regions.at(name).images()) {
            auto image = regions.at(name).find_image(id);
            if (image && is_meant(*image, reference) &&
                (!newest || image->created_ms > newest->image.created_ms)) {
                newest = FoundImage{name, std::move(*image)};
            }
        }
    }
    if (!newest) {
        throw base::Error("no image '" + reference + "' in " +
                          (region.empty() ? "any region" : "region " + region) +
                          "; 'goldsmith image ls' lists what there is");
    }
    return std::move(*newest);
}

}  // namespace goldsmith::cli
