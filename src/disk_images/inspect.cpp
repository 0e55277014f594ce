#include "disk_images/inspect.h"

#include <algorithm>
#include <cstring>

#include "disk_images/guest_files.h"
#include "disk_images/image_bytes.h"
#include "disk_images/refusal.h"
#include "store/disk_reader.h"

namespace goldsmith::disk_images {

namespace {

using store::Partition;
using store::PartitionTableKind;

constexpr const char* kEspGuid = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr const char* kLvmGuid = "e6d6d379-f507-44c2-a23c-238f2a3df928";
constexpr std::size_t kBootCodeBytes = 440;
constexpr std::uint64_t kOsReleaseBytes = 64 << 10;

bool bytes_at(const store::DiskReader& disk, std::uint64_t offset, std::string_view text) {
    std::vector<std::byte> bytes(text.size());
    disk.read(offset, bytes);
    return std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

bool boot_code(const store::DiskReader& disk) {
    std::vector<std::byte> sector(512);
    disk.read(0, sector);
    const bool signature = sector[510] == std::byte{0x55} && sector[511] == std::byte{0xaa};
    return signature && std::any_of(sector.begin(), sector.begin() + kBootCodeBytes,
                                    [](std::byte b) { return b != std::byte{0}; });
}

bool is_esp(const Partition& partition, const store::DiskReader& disk) {
    return (partition.type == kEspGuid || partition.type == "ef") &&
           store::probe_file_system(disk, partition.offset) == store::FileSystemKind::fat;
}

bool is_ntfs(const Partition& partition, const store::DiskReader& disk) {
    return bytes_at(disk, partition.offset + 3, "NTFS    ");
}

std::optional<Partition> windows_root(const store::PartitionTable& table,
                                      const store::DiskReader& disk) {
    std::optional<Partition> largest;
    for (const Partition& partition : table.partitions) {
        if (is_ntfs(partition, disk) && (!largest || partition.length > largest->length)) {
            largest = partition;
        }
    }
    return largest;
}

void read_linux(const GuestFiles& files, Inspection& inspection) {
    for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
        const auto text = files.read(path, kOsReleaseBytes);
        inspection.os = text ? parse_os_release(*text) : std::nullopt;
        if (inspection.os) {
            break;
        }
    }
    for (const char* path : {"/bin/sh", "/usr/bin/sh", "/bin/busybox", "/sbin/init"}) {
        const auto program = files.read(path, 20);
        inspection.architecture = program ? architecture_of_program(*program) : "";
        if (!inspection.architecture.empty()) {
            break;
        }
    }
}

// Why a partition that could hold a root is none that can be used.
std::string obstacle(const Inspection& inspection, const store::DiskReader& disk) {
    using namespace std::string_view_literals;
    std::vector<Partition> places = inspection.table.partitions;
    if (places.empty()) {
        Partition& whole = places.emplace_back();
        whole.length = disk.size();
    }
    for (const Partition& place : places) {
        const std::string name = place.number == 0 ? std::string("the disk")
                                                   : "partition " + std::to_string(place.number);
        if (bytes_at(disk, place.offset, "LUKS\xba\xbe"sv)) {
            return name + " is encrypted (LUKS)";
        }
        if (place.type == kLvmGuid || place.type == "8e" ||
            bytes_at(disk, place.offset + 512, "LABELONE"sv)) {
            return name + " is a volume group (LVM), which is not supported";
        }
    }
    return inspection.table.kind == PartitionTableKind::none
               ? "it has neither a partition table nor a file system"
               : "none of its partitions holds a file system that Linux or Windows starts from";
}

}  // namespace

std::string architecture_of_program(std::string_view first_bytes) {
    if (first_bytes.size() < 20 || !first_bytes.starts_with("\x7f"
                                                            "ELF")) {
        return {};
    }
    const auto machine = static_cast<unsigned char>(first_bytes[18]) |
                         static_cast<unsigned char>(first_bytes[19]) << 8;
    return machine == 62 ? "x86_64" : machine == 183 ? "arm64" : machine == 3 ? "i386" : "";
}

std::string Inspection::boot_mode() const {
    if (has_esp) {
        return has_boot_code ? "uefi-preferred" : "uefi";
    }
    return has_boot_code ? "legacy-bios" : "";
}

Inspection inspect(const base::Path& raw_disk) {
    const auto disk = store::open_raw_disk(raw_disk);
    Inspection inspection;
    inspection.table = store::read_partition_table(*disk);
    inspection.has_boot_code = boot_code(*disk);
    inspection.has_esp =
        std::any_of(inspection.table.partitions.begin(), inspection.table.partitions.end(),
                    [&](const Partition& partition) { return is_esp(partition, *disk); });
    inspection.root = store::find_root_partition(inspection.table, *disk);
    if (!inspection.root) {
        inspection.root = windows_root(inspection.table, *disk);
        if (inspection.root) {
            inspection.platform = "Windows";
            inspection.architecture = "x86_64";
        }
        return inspection;
    }
    inspection.root_file_system = store::probe_file_system(*disk, inspection.root->offset);
    const GuestFiles files(raw_disk, grub_device(inspection.table.kind, inspection.root->number));
    read_linux(files, inspection);
    return inspection;
}

void require_startable(const Inspection& inspection, const base::Path& raw_disk,
                       bool container_only) {
    if (!inspection.root) {
        throw ImageRefused("the disk has no bootable partition: " +
                           obstacle(inspection, *store::open_raw_disk(raw_disk)));
    }
    if (inspection.boot_mode().empty() && !container_only) {
        throw ImageRefused(
            "the disk has no bootable partition: there is a root file system, but neither boot "
            "code for BIOS nor an EFI system partition, so that no machine could start it "
            "(--container-only takes it for the container driver alone)");
    }
}

}  // namespace goldsmith::disk_images
