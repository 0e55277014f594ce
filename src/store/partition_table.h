#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/disk_reader.h"

// Partition tables (GPT and MBR) of disks that came from anywhere: every number read is checked
// against the disk before it is used, so that what is answered always lies inside the disk. Used by
// the runner (which partition is the root of this image, at which offset) and by image import.
// Pure apart from reading through the DiskReader; safe from any thread.
namespace goldsmith::store {

struct Partition {
    unsigned number = 0;       // as Linux counts: 1-based; logical MBR partitions begin at 5
    std::uint64_t offset = 0;  // bytes from the start of the disk
    std::uint64_t length = 0;  // bytes; offset + length <= size of the disk
    std::string type;          // GPT: type GUID in lower case; MBR: two hexadecimal digits, "83"
    std::string uuid;          // GPT: partition GUID in lower case; MBR: empty
    std::string name;          // GPT: the label as UTF-8 (anything not ASCII becomes "?"); MBR: ""

    bool operator==(const Partition&) const = default;
};

enum class PartitionTableKind { none, mbr, gpt };

struct PartitionTable {
    PartitionTableKind kind = PartitionTableKind::none;
    std::vector<Partition> partitions;  // ascending by number
};

/// Reads the table. A disk without one (also a bare file system) is Kind::none. If the primary GPT
/// is damaged the backup at the end is used. Throws base::Error naming what is wrong when there is
/// a GPT but neither copy is sound, or when an entry lies outside the disk.
PartitionTable read_partition_table(const DiskReader& disk);

/// What a file system's first bytes say it is.
enum class FileSystemKind { unknown, ext, xfs, btrfs, squashfs, erofs, fat };
FileSystemKind probe_file_system(const DiskReader& disk, std::uint64_t offset);
const char* name_of(FileSystemKind kind);

/// The partition with the root file system: the one whose GPT type says so (discoverable partitions
/// specification, x86-64 and arm64), else the largest one that holds a file system Linux has roots
/// on. A disk without a table that is itself such a file system is answered as partition 0 over the
/// whole disk. Nothing when there is none.
std::optional<Partition> find_root_partition(const PartitionTable& table, const DiskReader& disk);

}  // namespace goldsmith::store
