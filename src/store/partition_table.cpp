#include "store/partition_table.h"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstring>
#include <set>
#include <string_view>

#include "base/error.h"

namespace goldsmith::store {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kGptHeaderBytes = 92;
constexpr std::uint64_t kSmallestEntry = 128;
constexpr std::uint64_t kLargestEntry = 4096;
constexpr std::uint64_t kMostEntries = 1024;
constexpr std::size_t kNameBytes = 72;
constexpr std::size_t kMostLogicalPartitions = 128;
constexpr unsigned kFirstLogicalNumber = 5;

constexpr std::string_view kRootX86 = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
constexpr std::string_view kRootArm64 = "b921b045-1df0-41c3-af44-4c6f280d3fae";

using Bytes = std::vector<std::byte>;

Bytes read_at(const DiskReader& disk, std::uint64_t offset, std::uint64_t length) {
    Bytes bytes(length);
    disk.read(offset, bytes);
    return bytes;
}

std::uint64_t number_at(const Bytes& bytes, std::size_t at, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = size; i > 0; --i) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[at + i - 1]);
    }
    return value;
}

bool has_text_at(const Bytes& bytes, std::size_t at, std::string_view text) {
    return at + text.size() <= bytes.size() &&
           std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

std::uint32_t crc32_of(const Bytes& bytes, std::size_t length) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), length);
    return crc.checksum();
}

void append_hex(std::string& text, std::uint64_t value, unsigned digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (unsigned i = digits; i > 0; --i)
        text += kDigits[value >> (4 * (i - 1)) & 0xf];
}

// The first three fields of a GUID are little-endian on disk.
std::string guid_at(const Bytes& bytes, std::size_t at) {
    std::string text;
    append_hex(text, number_at(bytes, at, 4), 8);
    text += '-';
    append_hex(text, number_at(bytes, at + 4, 2), 4);
    text += '-';
    append_hex(text, number_at(bytes, at + 6, 2), 4);
    for (std::size_t i = 8; i < 16; ++i) {
        if (i == 8 || i == 10)
            text += '-';
        append_hex(text, number_at(bytes, at + i, 1), 2);
    }
    return text;
}

std::string name_at(const Bytes& bytes, std::size_t at) {
    std::string name;
    for (std::size_t i = 0; i < kNameBytes; i += 2) {
        const auto unit = number_at(bytes, at + i, 2);
        if (unit == 0)
            break;
        name += unit >= 0x20 && unit < 0x7f ? static_cast<char>(unit) : '?';
    }
    return name;
}

std::uint64_t sectors_of(const DiskReader& disk) {
    return disk.size() / kSector;
}

// First and last sector, both inclusive, of a disk that has them.
Partition checked_partition(const DiskReader& disk, unsigned number, std::uint64_t first,
                            std::uint64_t last) {
    if (first == 0 || last < first || last >= sectors_of(disk)) {
        throw base::Error("partition " + std::to_string(number) + " (sectors " +
                          std::to_string(first) + " to " + std::to_string(last) +
                          ") lies outside the disk of " + std::to_string(sectors_of(disk)) +
                          " sectors");
    }
    Partition partition;
    partition.number = number;
    partition.offset = first * kSector;
    partition.length = (last - first + 1) * kSector;
    return partition;
}

struct GptHeader {
    std::uint64_t entries_sector = 0;
    std::uint64_t entry_count = 0;
    std::uint64_t entry_bytes = 0;
    std::uint32_t entries_crc = 0;
};

enum class HeaderState { absent, damaged, sound };

HeaderState read_header(const DiskReader& disk, std::uint64_t sector, GptHeader& header) {
    auto bytes = read_at(disk, sector * kSector, kSector);
    if (!has_text_at(bytes, 0, "EFI PART"))
        return HeaderState::absent;
    const auto header_bytes = number_at(bytes, 12, 4);
    const auto crc = number_at(bytes, 16, 4);
    if (header_bytes < kGptHeaderBytes || header_bytes > kSector)
        return HeaderState::damaged;
    std::fill_n(bytes.begin() + 16, 4, std::byte{0});
    if (crc32_of(bytes, header_bytes) != crc || number_at(bytes, 24, 8) != sector) {
        return HeaderState::damaged;
    }
    header.entries_sector = number_at(bytes, 72, 8);
    header.entry_count = number_at(bytes, 80, 4);
    header.entry_bytes = number_at(bytes, 84, 4);
    header.entries_crc = static_cast<std::uint32_t>(number_at(bytes, 88, 4));
    const bool plausible = header.entry_count <= kMostEntries &&
                           header.entry_bytes >= kSmallestEntry &&
                           header.entry_bytes <= kLargestEntry && header.entry_bytes % 8 == 0 &&
                           header.entries_sector < sectors_of(disk);
    return plausible ? HeaderState::sound : HeaderState::damaged;
}

// False when the entries are not what the header's checksum says.
bool read_entries(const DiskReader& disk, const GptHeader& header,
                  std::vector<Partition>& partitions) {
    const auto bytes =
        read_at(disk, header.entries_sector * kSector, header.entry_count * header.entry_bytes);
    if (crc32_of(bytes, bytes.size()) != header.entries_crc)
        return false;
    for (std::uint64_t i = 0; i < header.entry_count; ++i) {
        const auto at = i * header.entry_bytes;
        if (number_at(bytes, at, 8) == 0 && number_at(bytes, at + 8, 8) == 0)
            continue;
        auto partition =
            checked_partition(disk, static_cast<unsigned>(i + 1), number_at(bytes, at + 32, 8),
                              number_at(bytes, at + 40, 8));
        partition.type = guid_at(bytes, at);
        partition.uuid = guid_at(bytes, at + 16);
        partition.name = name_at(bytes, at + 56);
        partitions.push_back(std::move(partition));
    }
    return true;
}

// Nothing when the disk has no GPT.
std::optional<PartitionTable> read_gpt(const DiskReader& disk) {
    bool seen = false;
    // A disk that was enlarged has its backup elsewhere, but then the primary one is there.
    for (const auto sector : {std::uint64_t{1}, sectors_of(disk) - 1}) {
        GptHeader header;
        const auto state = read_header(disk, sector, header);
        seen = seen || state != HeaderState::absent;
        PartitionTable table{PartitionTableKind::gpt, {}};
        if (state == HeaderState::sound && read_entries(disk, header, table.partitions)) {
            return table;
        }
    }
    if (seen)
        throw base::Error("the disk's GUID partition table is damaged, and so is its backup");
    return std::nullopt;
}

struct MbrEntry {
    unsigned status = 0;
    unsigned type = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    bool used() const { return type != 0 && count != 0; }
    bool extended() const { return type == 0x05 || type == 0x0f || type == 0x85; }
};

std::array<MbrEntry, 4> mbr_entries(const Bytes& sector) {
    std::array<MbrEntry, 4> entries;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto at = 446 + 16 * i;
        entries[i].status = static_cast<unsigned>(number_at(sector, at, 1));
        entries[i].type = static_cast<unsigned>(number_at(sector, at + 4, 1));
        entries[i].first = number_at(sector, at + 8, 4);
        entries[i].count = number_at(sector, at + 12, 4);
    }
    return entries;
}

bool has_boot_signature(const Bytes& sector) {
    return number_at(sector, 510, 2) == 0xaa55;
}

Partition mbr_partition(const DiskReader& disk, unsigned number, const MbrEntry& entry,
                        std::uint64_t base) {
    const auto first = base + entry.first;
    auto partition = checked_partition(disk, number, first, first + entry.count - 1);
    append_hex(partition.type, entry.type, 2);
    return partition;
}

// Each logical partition has a table of its own, which names the next; a hostile chain may run in
// circles.
void read_logical(const DiskReader& disk, std::uint64_t extended, PartitionTable& table) {
    std::set<std::uint64_t> seen;
    unsigned number = kFirstLogicalNumber;
    for (auto sector = extended; seen.insert(sector).second;) {
        if (seen.size() > kMostLogicalPartitions || sector >= sectors_of(disk)) {
            throw base::Error("the chain of logical partitions is broken");
        }
        const auto bytes = read_at(disk, sector * kSector, kSector);
        if (!has_boot_signature(bytes))
            return;
        const auto entries = mbr_entries(bytes);
        if (entries[0].used()) {
            table.partitions.push_back(mbr_partition(disk, number++, entries[0], sector));
        }
        if (!entries[1].used() || !entries[1].extended())
            return;
        sector = extended + entries[1].first;
    }
    throw base::Error("the chain of logical partitions runs in a circle");
}

PartitionTable read_mbr(const DiskReader& disk) {
    const auto sector = read_at(disk, 0, kSector);
    if (!has_boot_signature(sector))
        return {};
    const auto entries = mbr_entries(sector);
    const bool plausible = std::all_of(entries.begin(), entries.end(), [](const MbrEntry& entry) {
        return entry.status == 0 || entry.status == 0x80;
    });
    // The first sector of a bare file system may carry the signature too, with other bytes in it.
    if (!plausible || probe_file_system(disk, 0) != FileSystemKind::unknown)
        return {};
    PartitionTable table{PartitionTableKind::mbr, {}};
    for (unsigned i = 0; i < entries.size(); ++i) {
        if (!entries[i].used())
            continue;
        if (entries[i].extended()) {
            read_logical(disk, entries[i].first, table);
        } else {
            table.partitions.push_back(mbr_partition(disk, i + 1, entries[i], 0));
        }
    }
    std::sort(table.partitions.begin(), table.partitions.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    return table;
}

bool may_hold_root(FileSystemKind kind) {
    return kind != FileSystemKind::unknown && kind != FileSystemKind::fat;
}

}  // namespace

PartitionTable read_partition_table(const DiskReader& disk) {
    if (sectors_of(disk) < 3)
        return {};
    if (auto gpt = read_gpt(disk))
        return *std::move(gpt);
    return read_mbr(disk);
}

FileSystemKind probe_file_system(const DiskReader& disk, std::uint64_t offset) {
    constexpr std::size_t kBtrfsMagicAt = 0x10040;
    const auto start = read_at(disk, offset, 2048);
    if (has_text_at(start, 0, "XFSB"))
        return FileSystemKind::xfs;
    if (has_text_at(start, 0, "hsqs"))
        return FileSystemKind::squashfs;
    if (number_at(start, 1024 + 56, 2) == 0xef53)
        return FileSystemKind::ext;
    if (number_at(start, 1024, 4) == 0xe0f5e1e2)
        return FileSystemKind::erofs;
    if (has_text_at(start, 54, "FAT1") || has_text_at(start, 82, "FAT32")) {
        return FileSystemKind::fat;
    }
    const auto later = read_at(disk, offset + kBtrfsMagicAt, 8);
    if (has_text_at(later, 0, "_BHRfS_M"))
        return FileSystemKind::btrfs;
    return FileSystemKind::unknown;
}

const char* name_of(FileSystemKind kind) {
    switch (kind) {
        case FileSystemKind::unknown:
            return "unknown";
        case FileSystemKind::ext:
            return "ext4";
        case FileSystemKind::xfs:
            return "xfs";
        case FileSystemKind::btrfs:
            return "btrfs";
        case FileSystemKind::squashfs:
            return "squashfs";
        case FileSystemKind::erofs:
            return "erofs";
        case FileSystemKind::fat:
            return "vfat";
    }
    return "unknown";
}

std::optional<Partition> find_root_partition(const PartitionTable& table, const DiskReader& disk) {
    if (table.kind == PartitionTableKind::none) {
        if (!may_hold_root(probe_file_system(disk, 0)))
            return std::nullopt;
        Partition whole;
        whole.length = disk.size();
        return whole;
    }
    std::optional<Partition> largest;
    for (const auto& partition : table.partitions) {
        if (partition.type == kRootX86 || partition.type == kRootArm64)
            return partition;
        if (largest && largest->length >= partition.length)
            continue;
        if (may_hold_root(probe_file_system(disk, partition.offset)))
            largest = partition;
    }
    return largest;
}

}  // namespace goldsmith::store
