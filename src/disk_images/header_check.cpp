#include "disk_images/header_check.h"

#include <algorithm>

#include "base/byte_size.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

// Structures that two entries may share, and the last, partial unit of a file.
constexpr std::uint64_t kSlack = 4ULL << 20;

std::string shown(std::uint64_t bytes) {
    return base::ByteSize::bytes(bytes).describe();
}

}  // namespace

void require_size(std::uint64_t virtual_bytes, const Limits& limits) {
    if (virtual_bytes == 0) {
        throw ImageRefused("the image says that its disk has no bytes at all");
    }
    if (virtual_bytes > limits.virtual_bytes) {
        throw ImageRefused("the image says that its disk has " + shown(virtual_bytes) +
                           "; at most " + shown(limits.virtual_bytes) + " are taken");
    }
}

std::uint64_t require_expansion(const ImageBytes& file, std::uint64_t virtual_bytes,
                                std::uint64_t stored, std::uint64_t compressed,
                                const Limits& limits) {
    if (stored > file.size() + kSlack) {
        throw ImageRefused("the image's tables refer to " + shown(stored) +
                           " of data, more than the whole file has: parts of it would be used "
                           "again and again");
    }
    const std::uint64_t most = std::max(limits.expansion_bytes, file.size() * limits.expansion);
    if (compressed > most) {
        throw ImageRefused("the image's " + shown(file.size()) + " would expand to " +
                           shown(compressed) + "; at most " + std::to_string(limits.expansion) +
                           " times its size is taken");
    }
    return std::min(stored + compressed, virtual_bytes);
}

CheckedImage check_raw(const ImageBytes& file, const Limits& limits) {
    require_size(file.size(), limits);
    return {file.size(), file.size()};
}

CheckedImage check_header(const ImageBytes& file, Format format, const Limits& limits) {
    switch (format) {
        case Format::raw:
            return check_raw(file, limits);
        case Format::qcow2:
            return check_qcow2(file, limits);
        case Format::vmdk:
            return check_vmdk(file, limits);
        case Format::vhd:
            return check_vhd(file, limits);
        case Format::vhdx:
            return check_vhdx(file, limits);
        case Format::ova:
        case Format::tar:
            break;
    }
    throw ImageRefused(std::string("an ") + name_of(format) + " file is no disk by itself");
}

}  // namespace goldsmith::disk_images
