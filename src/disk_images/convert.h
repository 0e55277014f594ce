// Conversion between formats by qemu-img, in the sandbox, with the format always given. Used after
// the header check, never before.
#pragma once

#include <functional>
#include <stop_token>

#include "disk_images/header_check.h"
#include "disk_images/sandbox.h"

namespace goldsmith::disk_images {

/// Told of percents done.
using Percent = std::function<void(int)>;

struct Conversion {
    base::Path source;
    std::string source_format;  // qemu's name
    base::Path target;          // made, or replaced
    std::string target_format;  // qemu's name
    std::vector<std::string> target_options{};
    bool compressed = false;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t data_bytes = 0;  // decides how long it may take
    Percent progress{};
    std::stop_token stop{};
};

/// Pure; paths as they are inside the sandbox.
base::Command convert_command(const Conversion& conversion);

/// Throws base::Error with qemu-img's words.
void convert(const Conversion& conversion);

/// `qemu-img check`: throws base::Error when the image is not consistent. For formats that have
/// such a check: qcow2, vmdk, vhdx.
void verify_image(const base::Path& file, const std::string& qemu_format);

/// Throws ImageRefused unless `bytes` and some reserve are free where `folder` is.
void require_free_space(const base::Path& folder, std::uint64_t bytes);

/// The number in qemu-img's "(12.34/100%)"; the last one that is complete in `text`.
std::optional<int> last_percent(std::string_view text);

}  // namespace goldsmith::disk_images
