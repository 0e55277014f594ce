// The check of an image's own description of itself, before any other program sees the file: is it
// whole, does it need nothing but itself, and is what it would become bounded? One function for
// each format, each in a file of its own. Nothing here opens another file, whatever the image
// names. Pure apart from reading the ImageBytes; safe from any thread. What each format may hold:
// docs/formats/disk-images.md.
#pragma once

#include <cstdint>

#include "disk_images/format.h"
#include "disk_images/image_bytes.h"

namespace goldsmith::disk_images {

struct Limits {
    /// The largest disk that an image may say it is.
    std::uint64_t virtual_bytes = 2ULL << 40;
    /// What an image may expand to: so many times its own size, and this much in any case.
    std::uint64_t expansion = 200;
    std::uint64_t expansion_bytes = 1ULL << 30;
};

struct CheckedImage {
    std::uint64_t virtual_bytes = 0;  // the size of the disk
    std::uint64_t data_bytes = 0;     // at most so many of them are not holes
};

/// All throw ImageRefused saying why.
CheckedImage check_raw(const ImageBytes& file, const Limits& limits);
CheckedImage check_qcow2(const ImageBytes& file, const Limits& limits);
CheckedImage check_vmdk(const ImageBytes& file, const Limits& limits);
CheckedImage check_vhd(const ImageBytes& file, const Limits& limits);
CheckedImage check_vhdx(const ImageBytes& file, const Limits& limits);

/// By format; ova and tar are containers of something else and have checks of their own.
CheckedImage check_header(const ImageBytes& file, Format format, const Limits& limits);

/// Shared by the checks: the size is neither nothing nor beyond the limit.
void require_size(std::uint64_t virtual_bytes, const Limits& limits);
/// `stored` bytes stand as they are in the file, `compressed` would come out of compressed ones.
/// Returns their sum, at most the disk's size.
std::uint64_t require_expansion(const ImageBytes& file, std::uint64_t virtual_bytes,
                                std::uint64_t stored, std::uint64_t compressed,
                                const Limits& limits);

}  // namespace goldsmith::disk_images
