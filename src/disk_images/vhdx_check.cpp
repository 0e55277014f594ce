// VHDX ([MS-VHDX]): two headers, two region tables, a metadata region and a block allocation table.
// All numbers are little-endian.
#include <algorithm>
#include <array>
#include <optional>

#include "disk_images/header_check.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::uint64_t kKib64 = 64 << 10;
constexpr std::uint64_t kMib = 1 << 20;
constexpr std::uint64_t kMaxTableBytes = 256ULL << 20;
constexpr std::uint32_t kMaxRegions = 2047;
constexpr std::uint32_t kMaxItems = 2047;

using Guid = std::array<unsigned char, 16>;

// Guids as they stand in the file.
constexpr Guid kBat{0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
                    0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08};
constexpr Guid kMetadata{0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
                         0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
constexpr Guid kFileParameters{0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
                               0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
constexpr Guid kVirtualSize{0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
                            0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8};
constexpr Guid kLogicalSector{0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
                              0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f};
constexpr Guid kParentLocator{0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45,
                              0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c};

bool is_guid(const Bytes& bytes, std::size_t at, const Guid& guid) {
    return std::equal(guid.begin(), guid.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

bool has_signature(const Bytes& bytes, std::string_view text) {
    return std::equal(text.begin(), text.end(), bytes.begin(),
                      [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

std::uint32_t crc32c(const Bytes& bytes, std::size_t zeroed_at) {
    std::uint32_t crc = 0xffffffff;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        crc ^= i >= zeroed_at && i < zeroed_at + 4 ? 0U : bytes[i];
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
        }
    }
    return ~crc;
}

// Nothing when it is damaged: there are two of each.
std::optional<Bytes> read_checked(const ImageBytes& file, std::uint64_t offset,
                                  std::uint64_t length, std::string_view signature,
                                  const char* what) {
    Bytes bytes = file.read(offset, length, what);
    if (!has_signature(bytes, signature) || crc32c(bytes, 4) != little<std::uint32_t>(bytes, 4)) {
        return std::nullopt;
    }
    return bytes;
}

void check_headers(const ImageBytes& file) {
    std::optional<Bytes> newest;
    for (const std::uint64_t offset : {kKib64, 2 * kKib64}) {
        auto header = read_checked(file, offset, 4096, "head", "a VHDX header");
        if (header &&
            (!newest || little<std::uint64_t>(*header, 8) > little<std::uint64_t>(*newest, 8))) {
            newest = std::move(header);
        }
    }
    if (!newest) {
        throw ImageRefused("neither header of the VHDX is sound: it is corrupt");
    }
    if (little<std::uint16_t>(*newest, 66) != 1) {
        throw ImageRefused("VHDX version " + std::to_string(little<std::uint16_t>(*newest, 66)) +
                           " is not supported");
    }
    // A log that somebody must replay means that the disk in the file is not the disk.
    if (!is_guid(*newest, 48, Guid{})) {
        throw ImageRefused(
            "the VHDX was not closed properly: its log holds changes that are not in the disk yet; "
            "open and close it once in the program that made it");
    }
}

struct Region {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct Regions {
    std::optional<Region> bat;
    std::optional<Region> metadata;
};

Regions read_regions(const ImageBytes& file) {
    std::optional<Bytes> table;
    for (const std::uint64_t offset : {3 * kKib64, 4 * kKib64}) {
        if (!table) {
            table = read_checked(file, offset, kKib64, "regi", "a VHDX region table");
        }
    }
    if (!table) {
        throw ImageRefused("neither region table of the VHDX is sound: it is corrupt");
    }
    const auto count = little<std::uint32_t>(*table, 8);
    if (count > kMaxRegions) {
        throw ImageRefused("the VHDX region table is corrupt: " + std::to_string(count) +
                           " entries");
    }
    Regions regions;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = 16 + i * 32;
        const Region region{little<std::uint64_t>(*table, at + 16),
                            little<std::uint32_t>(*table, at + 24)};
        if (is_guid(*table, at, kBat)) {
            regions.bat = region;
        } else if (is_guid(*table, at, kMetadata)) {
            regions.metadata = region;
        } else if ((little<std::uint32_t>(*table, at + 28) & 1U) != 0) {
            throw ImageRefused("the VHDX needs a region that is not known: not supported");
        }
    }
    if (!regions.bat || !regions.metadata) {
        throw ImageRefused("the VHDX has no block allocation table or no metadata: it is corrupt");
    }
    return regions;
}

struct Disk {
    std::uint64_t block_bytes = 0;
    std::uint64_t size = 0;
    std::uint32_t sector_bytes = 512;
};

void take_item(const ImageBytes& file, const Bytes& entry, std::uint64_t offset, Disk& disk) {
    if (is_guid(entry, 0, kFileParameters)) {
        const Bytes item = file.read(offset, 8, "the VHDX file parameters");
        disk.block_bytes = little<std::uint32_t>(item, 0);
        if ((item[4] & 2U) != 0) {
            throw ImageRefused(
                "the VHDX is a differencing disk: it refers to another file (its parent), which "
                "is never opened; merge it into one disk first");
        }
    } else if (is_guid(entry, 0, kVirtualSize)) {
        disk.size = little<std::uint64_t>(file.read(offset, 8, "the VHDX disk size"), 0);
    } else if (is_guid(entry, 0, kLogicalSector)) {
        disk.sector_bytes = little<std::uint32_t>(file.read(offset, 4, "the VHDX sector size"), 0);
    } else if (is_guid(entry, 0, kParentLocator)) {
        throw ImageRefused("the VHDX names a parent file, which is never opened");
    }
}

Disk read_metadata(const ImageBytes& file, const Region& region) {
    const Bytes head = file.read(region.offset, 32, "the VHDX metadata table");
    const auto count = little<std::uint16_t>(head, 10);
    if (!has_signature(head, "metadata") || count > kMaxItems) {
        throw ImageRefused("the VHDX metadata table is corrupt");
    }
    Disk disk;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Bytes entry = file.read(region.offset + 32 + i * 32, 32, "the VHDX metadata table");
        take_item(file, entry, region.offset + little<std::uint32_t>(entry, 16), disk);
    }
    const std::uint64_t block = disk.block_bytes;
    if (block < kMib || block > 256 * kMib || (block & (block - 1)) != 0) {
        throw ImageRefused("the VHDX metadata is corrupt: blocks of " + std::to_string(block) +
                           " bytes");
    }
    if (disk.sector_bytes != 512 && disk.sector_bytes != 4096) {
        throw ImageRefused("the VHDX metadata is corrupt: sectors of " +
                           std::to_string(disk.sector_bytes) + " bytes");
    }
    return disk;
}

std::uint64_t allocated_bytes(const ImageBytes& file, const Region& bat, const Disk& disk) {
    constexpr std::uint64_t present = 6;
    constexpr std::uint64_t partially_present = 7;
    const std::uint64_t blocks = (disk.size - 1) / disk.block_bytes + 1;
    // After each `ratio` blocks one entry stands for a bitmap, which only differencing disks use.
    const std::uint64_t ratio = (std::uint64_t{disk.sector_bytes} << 23) / disk.block_bytes;
    const std::uint64_t entries = blocks + (blocks - 1) / ratio;
    if (entries * 8 > kMaxTableBytes || entries * 8 > bat.length) {
        throw ImageRefused("the VHDX block allocation table has no room for " +
                           std::to_string(entries) + " entries: it is corrupt");
    }
    const Bytes table = file.read(bat.offset, entries * 8, "the block allocation table");
    std::uint64_t allocated = 0;
    for (std::uint64_t i = 0; i < entries; ++i) {
        const auto entry = little<std::uint64_t>(table, i * 8);
        const std::uint64_t state = entry & 7U;
        if ((i + 1) % (ratio + 1) == 0 || (state != present && state != partially_present)) {
            continue;
        }
        if (state == partially_present) {
            throw ImageRefused("the VHDX needs a parent file for some of its blocks");
        }
        const std::uint64_t offset = entry >> 20 << 20;
        if (!file.holds(offset, disk.block_bytes)) {
            file.read(offset, file.size() + 1, "a block of data");  // throws
        }
        allocated += disk.block_bytes;
    }
    return allocated;
}

}  // namespace

CheckedImage check_vhdx(const ImageBytes& file, const Limits& limits) {
    check_headers(file);
    const Regions regions = read_regions(file);
    const Disk disk = read_metadata(file, *regions.metadata);
    require_size(disk.size, limits);
    return {disk.size, require_expansion(file, disk.size, allocated_bytes(file, *regions.bat, disk),
                                         0, limits)};
}

}  // namespace goldsmith::disk_images
