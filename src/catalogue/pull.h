// Pulling a managed image: build or fetch it (or find that it is there), put its disk into a
// region's store and write the AMI manifest. Single-flight across processes: a second caller waits
// for the first and then finds the image. Used by the daemon (first use of a managed parent) and by
// `goldsmith image pull`.
#pragma once

#include <functional>
#include <vector>

#include "base/files.h"
#include "catalogue/base_image.h"
#include "catalogue/entry.h"
#include "store/image_manifest.h"
#include "store/region_store.h"

namespace goldsmith::catalogue {

/// Installs (base_image.h) or fetches (cloud_image.h) it, as the entry says. Throws BaseImageError.
BaseImage make_base_image(const CatalogueEntry& entry, const BuildOptions& options);

struct PullOptions {
    /// `build.work_directory` may stay empty: then <data_directory>/catalogue/work.
    BuildOptions build;
    /// Make a new version although one is there. Versions are by day: on the day of the newest one
    /// this answers with that one, and so it does where the distribution publishes nothing newer.
    bool refresh = false;
    /// Makes the disk; tests put a small one here.
    std::function<BaseImage(const CatalogueEntry&, const BuildOptions&)> builder = make_base_image;
};

struct PulledImage {
    store::ImageManifest image;
    BaseImageFacts facts;
    /// It was in the region before this call.
    bool already_there = false;
};

/// Throws BaseImageError, or what store::ingest throws. Nothing is visible in the region unless the
/// whole image is.
PulledImage pull(const CatalogueEntry& entry, const base::Path& data_directory,
                 store::RegionStore& region, const PullOptions& options = {});

/// The versions of an entry that the region holds, newest first; facts from the manifests' records
/// in <data_directory>/catalogue/<name>/.
std::vector<PulledImage> pulled_images(const CatalogueEntry& entry,
                                       const base::Path& data_directory,
                                       const store::RegionStore& region);

}  // namespace goldsmith::catalogue
