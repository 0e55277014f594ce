// What is written into a freshly installed Debian tree to make it a machine: network, file systems,
// boot loader configuration, host keys at first start. Data and pure functions; the builder writes
// them with base::write_file_atomically beneath the tree.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "catalogue/apt_sources.h"
#include "catalogue/disk_layout.h"
#include "catalogue/entry.h"

namespace goldsmith::catalogue {

struct GuestFile {
    std::string path;  // relative to the root of the guest
    std::string content;
    mode_t mode = 0644;

    bool operator==(const GuestFile&) const = default;
};

struct GuestLink {
    std::string path;
    std::string target;

    bool operator==(const GuestLink&) const = default;
};

std::vector<GuestFile> guest_files(const CatalogueEntry& entry, const DiskLayout& layout,
                                   const std::vector<AptSource>& sources);

/// Symbolic links: the resolver's file, and the units that start at boot.
std::vector<GuestLink> guest_links();

/// Left behind by the installation; removed. A trailing "*" stands for the rest of a name.
std::vector<std::string> installation_leftovers();

/// EFI/debian/grub.cfg on the ESP: where GRUB finds its configuration.
std::string esp_grub_config(const DiskLayout& layout);
/// Compiled into the BIOS core image.
std::string bios_grub_config(const DiskLayout& layout);

}  // namespace goldsmith::catalogue
