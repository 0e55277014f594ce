// Reading single files of a disk without mounting it, by GRUB's own readers of file systems
// (grub-fstest: ext, xfs, btrfs, fat, ntfs and more), in the sandbox: a kernel should not be shown
// a file system that somebody crafted.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "store/partition_table.h"

namespace goldsmith::disk_images {

/// GRUB's name: "(loop0,gpt1)"; "(loop0)" for a file system without a partition table.
std::string grub_device(store::PartitionTableKind table, unsigned partition);

/// Pure; paths as they are inside the sandbox.
base::Command read_guest_file_command(const std::string& device, const std::string& path,
                                      std::uint64_t most_bytes);

class GuestFiles {
public:
    GuestFiles(base::Path raw_disk, std::string device)
        : disk_(std::move(raw_disk)), device_(std::move(device)) {}

    /// At most `most_bytes` of it; nothing when there is no such file or the file system cannot be
    /// read. Links are followed inside the file system. Throws base::Error when grub-fstest is not
    /// installed.
    std::optional<std::string> read(const std::string& path, std::uint64_t most_bytes) const;
    /// The names in a folder; empty when it cannot be read.
    std::string list(const std::string& folder) const;

private:
    std::optional<std::string> run(const base::Command& command) const;

    base::Path disk_;
    std::string device_;
};

}  // namespace goldsmith::disk_images
