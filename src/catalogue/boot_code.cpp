#include "catalogue/boot_code.h"

#include <cstddef>

#include "base/error.h"

namespace goldsmith::catalogue {
namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kBootCodeBytes = 440;
// In boot.img: the sector of the core (8 bytes), the drive to load from, and the check of the drive
// number that grub-install turns into two NOPs for hard disks.
constexpr std::size_t kKernelSector = 0x5c;
constexpr std::size_t kBootDrive = 0x64;
constexpr std::size_t kDriveCheck = 0x66;
constexpr char kDriveFromBios = '\xff';
constexpr char kNop = '\x90';
// At the end of the core's first sector: where its other sectors lie, and where they are loaded.
constexpr std::size_t kBlockList = kSector - 12;
constexpr std::uint64_t kLoadSegment = 0x820;
// The block list counts sectors in 16 bits.
constexpr std::size_t kMostSectors = 0xffff;

void put_little_endian(std::string& bytes, std::size_t at, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
        bytes[at + i] = static_cast<char>(value >> (8 * i));
}

}  // namespace

BootCode place_boot_code(std::string boot_image, std::string core_image, const Range& bios_boot) {
    if (boot_image.size() != kSector || boot_image.substr(510) != "\x55\xaa") {
        throw base::Error("GRUB's boot.img is not a boot sector");
    }
    if (core_image.size() <= kSector)
        throw base::Error("GRUB's core image is empty");
    if (core_image.size() > bios_boot.length) {
        throw base::Error("GRUB's core image (" + std::to_string(core_image.size()) +
                          " bytes) does not fit into the BIOS boot partition");
    }
    core_image.resize((core_image.size() + kSector - 1) / kSector * kSector, '\0');
    const auto first = bios_boot.offset / kSector;
    const auto rest = core_image.size() / kSector - 1;
    if (rest > kMostSectors)
        throw base::Error("GRUB's core image is too large to be loaded");
    put_little_endian(boot_image, kKernelSector, first, 8);
    boot_image[kBootDrive] = kDriveFromBios;
    boot_image[kDriveCheck] = kNop;
    boot_image[kDriveCheck + 1] = kNop;
    put_little_endian(core_image, kBlockList, first + 1, 8);
    put_little_endian(core_image, kBlockList + 8, rest, 2);
    put_little_endian(core_image, kBlockList + 10, kLoadSegment, 2);
    boot_image.resize(kBootCodeBytes);
    return {std::move(boot_image), std::move(core_image)};
}

}  // namespace goldsmith::catalogue
