// Importing a disk image: recognise, check, convert in the sandbox, look at what is on the disk
// (raw_disk.h), store it. Nothing is visible in the region unless the whole image is. Used by
// `goldsmith image import`, which is also the process that an import of the API runs in.
#pragma once

#include <map>
#include <string>

#include "disk_images/raw_disk.h"
#include "store/image_manifest.h"
#include "store/ingest.h"
#include "store/region_store.h"

namespace goldsmith::disk_images {

/// The disk, and what it is to be called.
struct ImportRequest : DiskRequest {
    /// The snapshot and the image are named after it: repeating an import that succeeded answers
    /// with what it made.
    std::string token;
    std::string name;
    std::string description{};
    std::string source{};  // for the manifest: path or URL
    std::map<std::string, std::string> tags{};
    /// Empty: as found on the disk.
    std::string architecture{};
    std::string boot_mode{};
};

struct ImportedImage {
    store::ImageManifest image;
    Format format = Format::raw;
    Inspection inspection;
    store::IngestStats stats;
};

/// `scratch` is a private folder with room for the disk's data. Throws ImageRefused for what is
/// wrong with the image, base::Error for what is wrong here.
ImportedImage import_image(const ImportRequest& request, store::RegionStore& region,
                           const base::Path& scratch);

}  // namespace goldsmith::disk_images
