// Importing a disk image: recognise, check, convert in the sandbox, look at what is on the disk,
// store it. Nothing is visible in the region unless the whole image is. Used by `goldsmith image
// import`, which is also the process that an import of the API runs in.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "disk_images/format.h"
#include "disk_images/header_check.h"
#include "disk_images/inspect.h"
#include "store/image_manifest.h"
#include "store/ingest.h"
#include "store/region_store.h"

namespace goldsmith::disk_images {

struct ImportRequest {
    base::Path file;
    /// What the file is called where it came from; decides the format together with its content.
    std::string file_name;
    std::optional<Format> format{};
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
    /// A disk without boot code is no mistake.
    bool container_only = false;
    Limits limits{};
    /// Told of the stage and its percents now and then.
    std::function<void(const std::string& stage, int percent)> progress{};
    std::stop_token stop{};
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

/// Only the checks that need no conversion: format and header. What `image import --check` does.
Format check_image(const ImportRequest& request);

}  // namespace goldsmith::disk_images
