#include "catalogue/disk_layout.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "catalogue/boot_code.h"

namespace goldsmith::catalogue {
namespace {

constexpr std::uint64_t kBlockOfTheStore = 512 * 1024;

TEST(DiskLayout, EverythingStartsOnAStoreBlockAndNothingOverlaps) {
    for (const auto& entry : catalogue()) {
        if (entry.cloud_image)
            continue;  // it comes with a layout
        const auto layout = plan_disk(entry, "seed");
        for (const auto& range : {layout.bios_boot, layout.esp, layout.root}) {
            EXPECT_EQ(range.offset % kBlockOfTheStore, 0U) << entry.name;
            EXPECT_EQ(range.length % kBlockOfTheStore, 0U) << entry.name;
        }
        EXPECT_LE(layout.bios_boot.end(), layout.esp.offset);
        EXPECT_LE(layout.esp.end(), layout.root.offset);
        // The backup of the partition table takes the last 33 sectors.
        EXPECT_LE(layout.root.end() + 33 * 512, layout.disk_bytes);
    }
}

TEST(DiskLayout, TheSameImageIsTheSameDiskAndAnotherOneIsNot) {
    const auto& entry = catalogue().front();
    EXPECT_EQ(plan_disk(entry, "a"), plan_disk(entry, "a"));
    EXPECT_NE(plan_disk(entry, "a").identity.root_uuid, plan_disk(entry, "b").identity.root_uuid);
}

TEST(DiskLayout, WritesTheScriptForSfdisk) {
    CatalogueEntry entry;
    entry.disk_mib = 1024;
    auto layout = plan_disk(entry, "seed");
    layout.identity = {"D", "R", "B", "E", "F", "5A17C0DE"};
    EXPECT_EQ(partition_script(layout),
              "label: gpt\n"
              "label-id: D\n"
              "unit: sectors\n"
              "first-lba: 2048\n"
              "sector-size: 512\n"
              "1 : start=262144, size=1832960, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=R, "
              "name=\"root\"\n"
              "14 : start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649, uuid=B, "
              "name=\"bios\"\n"
              "15 : start=8192, size=131072, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=E, "
              "name=\"esp\"\n");
    EXPECT_EQ(fat_uuid(layout.identity), "5A17-C0DE");
}

std::string boot_sector() {
    std::string bytes(512, '\x11');
    bytes[510] = '\x55';
    bytes[511] = '\xaa';
    return bytes;
}

std::uint64_t little_endian(const std::string& bytes, std::size_t at, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = size; i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return value;
}

TEST(BootCode, SaysWhereTheCoreLies) {
    const auto code =
        place_boot_code(boot_sector(), std::string(100001, '\x22'), {1 << 20, 3 << 20});
    EXPECT_EQ(code.boot_sector.size(), 440U) << "the partition table's record must stay";
    EXPECT_EQ(little_endian(code.boot_sector, 0x5c, 8), 2048U);
    EXPECT_EQ(little_endian(code.boot_sector, 0x64, 1), 0xffU);
    EXPECT_EQ(little_endian(code.boot_sector, 0x66, 2), 0x9090U);
    EXPECT_EQ(code.core.size(), 196U * 512);
    EXPECT_EQ(little_endian(code.core, 500, 8), 2049U);
    EXPECT_EQ(little_endian(code.core, 508, 2), 195U);
    EXPECT_EQ(little_endian(code.core, 510, 2), 0x820U);
    EXPECT_EQ(code.core[499], '\x22');
    EXPECT_EQ(code.core[512], '\x22');
}

TEST(BootCode, RefusesWhatWouldNotBoot) {
    const Range place{1 << 20, 1 << 20};
    EXPECT_THROW(place_boot_code(std::string(512, '\0'), std::string(4096, 'x'), place),
                 base::Error);
    EXPECT_THROW(place_boot_code(boot_sector().substr(1), std::string(4096, 'x'), place),
                 base::Error);
    EXPECT_THROW(place_boot_code(boot_sector(), std::string(512, 'x'), place), base::Error);
    EXPECT_THROW(place_boot_code(boot_sector(), std::string((1 << 20) + 1, 'x'), place),
                 base::Error);
}

}  // namespace
}  // namespace goldsmith::catalogue
