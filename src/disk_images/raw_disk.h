// A disk image of any format as a raw disk that was checked and looked into: recognise, check the
// header, convert in the sandbox, inspect. Nothing is stored. Used by imports and by the catalogue.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "disk_images/format.h"
#include "disk_images/header_check.h"
#include "disk_images/inspect.h"

namespace goldsmith::disk_images {

struct DiskRequest {
    base::Path file;
    /// What the file is called where it came from; decides the format together with its content.
    std::string file_name;
    std::optional<Format> format{};
    /// A disk without boot code is no mistake.
    bool container_only = false;
    Limits limits{};
    /// Told of the stage and its percents now and then.
    std::function<void(const std::string& stage, int percent)> progress{};
    std::stop_token stop{};
};

struct RawDisk {
    /// In the scratch folder, or the request's own file where that is raw already.
    base::Path path;
    Format format = Format::raw;
    Inspection inspection;
};

/// `scratch` is a private folder with room for the disk's data. Throws ImageRefused for what is
/// wrong with the image, base::Error for what is wrong here.
RawDisk make_raw_disk(const DiskRequest& request, const base::Path& scratch);

/// Only the checks that need no conversion: format and header. What `image import --check` does.
Format check_image(const DiskRequest& request);

/// Tells the progress; throws base::Error when the request was stopped.
void tell_stage(const DiskRequest& request, const std::string& stage, int percent);

}  // namespace goldsmith::disk_images
