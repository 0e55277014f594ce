// How a managed image's disk is divided, and the pure functions that turn that into the input of
// the programs that write it. Everything starts on a multiple of 1 MiB, so that blocks of the file
// system and blocks of the store line up and one changed file touches few blocks.
#pragma once

#include <cstdint>
#include <string>

#include "catalogue/entry.h"

namespace goldsmith::catalogue {

/// Bytes, from the start of the disk.
struct Range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    std::uint64_t end() const { return offset + length; }
    bool operator==(const Range&) const = default;
};

/// Identities of one disk. Derived from what the image is, so that the same image made twice is the
/// same disk.
struct DiskIdentity {
    std::string disk_uuid;
    std::string root_partition_uuid;
    std::string boot_partition_uuid;
    std::string esp_partition_uuid;
    std::string root_uuid;  // of the file system
    std::string esp_id;     // eight hexadecimal digits, the FAT volume's serial number

    bool operator==(const DiskIdentity&) const = default;
};

struct DiskLayout {
    std::uint64_t disk_bytes = 0;
    Range bios_boot;  // partition 14: GRUB's second stage
    Range esp;        // partition 15: GRUB for UEFI
    Range root;       // partition 1, last on the disk, so that it can grow
    DiskIdentity identity;

    bool operator==(const DiskLayout&) const = default;
};

/// `seed` names the image, for example "debian-12-x86/12.15.20261123".
DiskLayout plan_disk(const CatalogueEntry& entry, const std::string& seed);

/// Input of sfdisk(8).
std::string partition_script(const DiskLayout& layout);

/// "5A17-C0DE", as file system tables name a FAT volume.
std::string fat_uuid(const DiskIdentity& identity);

}  // namespace goldsmith::catalogue
