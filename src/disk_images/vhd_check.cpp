// VHD (Virtual PC): a footer of 512 bytes at the end, for dynamic disks also at the start, then a
// dynamic header and a block allocation table. All numbers are big-endian.
#include <algorithm>

#include "disk_images/header_check.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint32_t kFixed = 2;
constexpr std::uint32_t kDynamic = 3;
constexpr std::uint32_t kDifferencing = 4;
constexpr std::uint32_t kUnused = 0xffffffff;
constexpr std::uint64_t kMaxTableBytes = 64ULL << 20;

bool begins_with(const Bytes& bytes, std::string_view text) {
    return bytes.size() >= text.size() &&
           std::equal(text.begin(), text.end(), bytes.begin(),
                      [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

void require_checksum(const Bytes& bytes, std::size_t checksum_at, const char* what) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i >= checksum_at && i < checksum_at + 4 ? 0U : bytes[i];
    }
    if (~sum != big<std::uint32_t>(bytes, checksum_at)) {
        throw ImageRefused(std::string("the checksum of ") + what + " is wrong: it is corrupt");
    }
}

Bytes read_footer(const ImageBytes& file) {
    if (file.size() < kSector) {
        throw ImageRefused("the file is too short for a VHD");
    }
    Bytes footer = file.read(file.size() - kSector, kSector, "the VHD footer");
    if (!begins_with(footer, "conectix")) {
        throw ImageRefused(
            "the VHD has no footer at its end: the file is truncated or something was appended");
    }
    require_checksum(footer, 64, "the VHD footer");
    return footer;
}

// The size as qemu sees it: by cylinders, heads and sectors, unless the program that made the image
// is known to mean the size that stands in the footer.
std::uint64_t disk_size(const Bytes& footer) {
    constexpr std::uint64_t largest_geometry = 65535ULL * 16 * 255;
    const std::uint64_t sectors =
        std::uint64_t{big<std::uint16_t>(footer, 56)} * footer[58] * footer[59];
    bool by_size = sectors == largest_geometry;
    for (const std::string_view maker : {"win ", "qem2", "d2v ", "CTXS", "tap", "wa"}) {
        by_size = by_size || std::equal(maker.begin(), maker.end(), footer.begin() + 28);
    }
    return by_size ? big<std::uint64_t>(footer, 48) : sectors * kSector;
}

struct Dynamic {
    std::uint64_t table_offset = 0;
    std::uint32_t blocks = 0;
    std::uint32_t block_bytes = 0;
};

Dynamic read_dynamic(const ImageBytes& file, std::uint64_t offset) {
    const Bytes header = file.read(offset, 1024, "the VHD's dynamic header");
    if (!begins_with(header, "cxsparse")) {
        throw ImageRefused("the VHD's dynamic header is not where its footer says");
    }
    require_checksum(header, 36, "the VHD's dynamic header");
    Dynamic dynamic{big<std::uint64_t>(header, 16), big<std::uint32_t>(header, 28),
                    big<std::uint32_t>(header, 32)};
    const std::uint32_t bytes = dynamic.block_bytes;
    if (bytes < kSector || (bytes & (bytes - 1)) != 0 || bytes > (256U << 20)) {
        throw ImageRefused("the VHD's dynamic header is corrupt: blocks of " +
                           std::to_string(bytes) + " bytes");
    }
    if (std::uint64_t{dynamic.blocks} * 4 > kMaxTableBytes) {
        throw ImageRefused("the VHD's block allocation table is too large: " +
                           std::to_string(dynamic.blocks) + " entries");
    }
    return dynamic;
}

std::uint64_t allocated_bytes(const ImageBytes& file, const Dynamic& dynamic) {
    const Bytes table = file.read(dynamic.table_offset, std::uint64_t{dynamic.blocks} * 4,
                                  "the block allocation table");
    const std::uint64_t bitmap =
        (dynamic.block_bytes / kSector / 8 + kSector - 1) / kSector * kSector;
    std::uint64_t allocated = 0;
    for (std::size_t i = 0; i < dynamic.blocks; ++i) {
        const auto sector = big<std::uint32_t>(table, i * 4);
        if (sector == kUnused) {
            continue;
        }
        const std::uint64_t offset = sector * kSector;
        if (!file.holds(offset, bitmap + dynamic.block_bytes)) {
            file.read(offset, file.size() + 1, "a block of data");  // throws
        }
        allocated += dynamic.block_bytes;
    }
    return allocated;
}

}  // namespace

CheckedImage check_vhd(const ImageBytes& file, const Limits& limits) {
    const Bytes footer = read_footer(file);
    const auto type = big<std::uint32_t>(footer, 60);
    const std::uint64_t size = disk_size(footer);
    if (type == kDifferencing) {
        throw ImageRefused(
            "the VHD is a differencing disk: it refers to another file (its parent), which is "
            "never opened; merge it into one disk first");
    }
    if (type != kFixed && type != kDynamic) {
        throw ImageRefused("the VHD footer is corrupt: there is no disk type " +
                           std::to_string(type));
    }
    require_size(size, limits);
    if (type == kFixed) {
        if (size > file.size() - kSector) {
            throw ImageRefused("the file is truncated: the VHD footer says that the disk has " +
                               std::to_string(size) + " bytes, and only " +
                               std::to_string(file.size() - kSector) + " stand before it");
        }
        return {size, size};
    }
    if (file.read(0, kSector, "the VHD footer's copy") != footer) {
        throw ImageRefused("the VHD's footer and its copy at the start differ: it is corrupt");
    }
    const Dynamic dynamic = read_dynamic(file, big<std::uint64_t>(footer, 16));
    if (std::uint64_t{dynamic.blocks} * dynamic.block_bytes < size) {
        throw ImageRefused("the VHD's block allocation table is too short for its disk");
    }
    return {size, require_expansion(file, size, allocated_bytes(file, dynamic), 0, limits)};
}

}  // namespace goldsmith::disk_images
