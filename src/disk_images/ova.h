// OVA: a tar of a machine's description (OVF) and its disks, as other hypervisors exchange them.
// The one disk is taken out; of the description only the references are looked at, because what a
// machine is here follows from its instance type.
#pragma once

#include <functional>
#include <stop_token>

#include "disk_images/format.h"
#include "disk_images/header_check.h"

namespace goldsmith::disk_images {

struct OvaDisk {
    base::Path file;  // in the folder that was given
    Format format = Format::vmdk;
    std::string name;  // in the archive
};

/// Writes the disk into `folder` and checks it against the manifest (.mf), if there is one. Throws
/// ImageRefused: no description, not exactly one disk, references to elsewhere, damaged.
OvaDisk take_disk_from_ova(const base::Path& ova, const base::Path& folder, std::stop_token stop);

/// The description for an export: one disk, one processor, BIOS or UEFI.
struct OvaMachine {
    std::string name;
    std::string disk_file;  // "disk.vmdk"
    std::uint64_t disk_file_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    bool uefi = false;
    bool windows = false;
    std::string architecture = "x86_64";
};
std::string ovf_of(const OvaMachine& machine);

/// Writes `ova` from the OVF, a manifest of SHA-256 digests and the disk (which stays).
void write_ova(const base::Path& ova, const OvaMachine& machine, const base::Path& disk);

}  // namespace goldsmith::disk_images
