// The formats in which disks come and go, and which of them a file is. A file's format is decided
// here, once, from its content and its name, and given to every program explicitly: nothing else
// guesses. Pure apart from reading the ImageBytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disk_images/image_bytes.h"

namespace goldsmith::disk_images {

enum class Format { raw, qcow2, vmdk, vhd, vhdx, ova, tar };

/// What people write: "vhd".
const char* name_of(Format format);
std::optional<Format> parse_format(std::string_view name);
/// "raw, qcow2, ..."
std::string format_names();

/// What qemu-img calls it; ova and tar have no such name (base::Error).
const char* qemu_name(Format format);

/// By what stands in the file; nothing: nothing says that it is anything but raw.
std::optional<Format> format_of_content(const ImageBytes& file);
/// The formats that files of this name are in; empty: the name says nothing.
std::vector<Format> formats_of_name(std::string_view file_name);

/// The one format of a file. `given` is what the user said. Throws ImageRefused when content, name
/// and what was said do not agree.
Format recognise(const ImageBytes& file, std::string_view file_name, std::optional<Format> given);

}  // namespace goldsmith::disk_images
