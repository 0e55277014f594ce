#include "catalogue/disk_layout.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"

namespace goldsmith::catalogue {
namespace {

constexpr std::uint64_t kMib = 1 << 20;
constexpr std::uint64_t kSector = 512;
// Type GUIDs. The root's is the one by which systemd's tools find a root without being told.
constexpr const char* kRootX86 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";
constexpr const char* kBiosBoot = "21686148-6449-6E6F-744E-656564454649";
constexpr const char* kEsp = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

std::string line(unsigned number, const Range& range, const char* type, const std::string& uuid,
                 const char* name) {
    return std::to_string(number) + " : start=" + std::to_string(range.offset / kSector) +
           ", size=" + std::to_string(range.length / kSector) + ", type=" + type +
           ", uuid=" + uuid + ", name=\"" + name + "\"\n";
}

}  // namespace

DiskLayout plan_disk(const CatalogueEntry& entry, const std::string& seed) {
    DiskLayout layout;
    layout.disk_bytes = entry.disk_mib * kMib;
    layout.bios_boot = {1 * kMib, 3 * kMib};
    layout.esp = {4 * kMib, 64 * kMib};
    // The last MiB holds the backup of the partition table.
    layout.root = {128 * kMib, layout.disk_bytes - 129 * kMib};
    auto& identity = layout.identity;
    identity.disk_uuid = base::derive_uuid(seed + "/disk");
    identity.root_partition_uuid = base::derive_uuid(seed + "/partition/root");
    identity.boot_partition_uuid = base::derive_uuid(seed + "/partition/bios");
    identity.esp_partition_uuid = base::derive_uuid(seed + "/partition/esp");
    identity.root_uuid = base::derive_uuid(seed + "/root");
    identity.esp_id = base::sha256_hex(seed + "/esp").substr(0, 8);
    std::transform(identity.esp_id.begin(), identity.esp_id.end(), identity.esp_id.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return layout;
}

std::string partition_script(const DiskLayout& layout) {
    const auto& identity = layout.identity;
    return "label: gpt\nlabel-id: " + identity.disk_uuid +
           "\nunit: sectors\nfirst-lba: 2048\nsector-size: 512\n" +
           line(1, layout.root, kRootX86, identity.root_partition_uuid, "root") +
           line(14, layout.bios_boot, kBiosBoot, identity.boot_partition_uuid, "bios") +
           line(15, layout.esp, kEsp, identity.esp_partition_uuid, "esp");
}

std::string fat_uuid(const DiskIdentity& identity) {
    return identity.esp_id.substr(0, 4) + "-" + identity.esp_id.substr(4);
}

}  // namespace goldsmith::catalogue
