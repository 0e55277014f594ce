// What is on a raw disk: partitions, the root file system, how it boots, the operating system and
// its processor. Reads the partition table itself and single files by GuestFiles; mounts nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "disk_images/os_release.h"
#include "store/partition_table.h"

namespace goldsmith::disk_images {

struct Inspection {
    store::PartitionTable table{};
    std::optional<store::Partition> root{};
    store::FileSystemKind root_file_system = store::FileSystemKind::unknown;
    bool has_boot_code = false;  // in the boot sector: BIOS can start it
    bool has_esp = false;        // an EFI system partition: UEFI can
    std::string platform = "Linux";
    /// EC2's names; empty: unknown.
    std::string architecture{};
    std::optional<OsIdentity> os{};

    /// EC2's names: "legacy-bios", "uefi", "uefi-preferred"; empty: no machine can start it.
    std::string boot_mode() const;
};

/// Throws base::Error when the partition table is damaged or a program is missing.
Inspection inspect(const base::Path& raw_disk);

/// Throws ImageRefused saying what is missing: no root file system (or one that is encrypted or in
/// a volume group), nothing to boot. With `container_only` a root file system is enough.
void require_startable(const Inspection& inspection, const base::Path& raw_disk,
                       bool container_only);

/// The processor that an ELF program is for, in EC2's names; empty: none that EC2 has.
std::string architecture_of_program(std::string_view first_bytes);

}  // namespace goldsmith::disk_images
