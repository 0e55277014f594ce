// GRUB's BIOS boot code on a GPT disk, as bytes. grub-install needs a device and a mounted /boot;
// all it does for a BIOS boot partition is to fill in where the pieces lie, so this does the same
// on the two files. Pure. Layout of the fields: docs/formats/bios-boot-code.md.
#pragma once

#include <cstdint>
#include <string>

#include "catalogue/disk_layout.h"

namespace goldsmith::catalogue {

struct BootCode {
    /// The first 440 bytes of the disk; the partition table's protective record follows.
    std::string boot_sector;
    /// Begins at the start of the BIOS boot partition.
    std::string core;
};

/// `boot_image` is GRUB's boot.img, `core_image` what grub-mkimage -O i386-pc made. Throws
/// base::Error when one is not of that form or the core does not fit into `bios_boot`.
BootCode place_boot_code(std::string boot_image, std::string core_image, const Range& bios_boot);

}  // namespace goldsmith::catalogue
