// Images as files of the world outside: what store/disk_export.h writes, and OVA around it.
#pragma once

#include "disk_images/format.h"
#include "store/disk_export.h"
#include "store/image_manifest.h"

namespace goldsmith::disk_images {

/// "raw, qcow2, vmdk, vhd, ova"
std::string written_format_names();
bool is_written(Format format);

/// Writes the root disk of an image; `path` appears whole, checked, or not at all. Throws
/// base::Error for a format that is not written, else what store::export_disk throws.
store::ExportResult export_image(const store::RegionStore& region, store::DiskCache& cache,
                                 const store::ImageManifest& image, Format format,
                                 const base::Path& path);

}  // namespace goldsmith::disk_images
