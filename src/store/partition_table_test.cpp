#include "store/partition_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <cstring>

#include "base/error.h"
#include "base/random.h"

namespace goldsmith::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kSector = 512;

// A disk in memory that a test writes byte by byte.
class MemoryDisk final : public DiskReader {
public:
    explicit MemoryDisk(std::uint64_t sectors) : bytes_(sectors * kSector) {}

    std::uint64_t size() const override { return bytes_.size(); }
    void read(std::uint64_t offset, std::span<std::byte> into) const override {
        std::fill(into.begin(), into.end(), std::byte{0});
        if (offset >= bytes_.size())
            return;
        const auto length = std::min<std::uint64_t>(into.size(), bytes_.size() - offset);
        std::memcpy(into.data(), bytes_.data() + offset, length);
    }

    void put(std::uint64_t at, std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i)
            bytes_[at + i] = static_cast<std::byte>(value >> 8 * i);
    }
    void put_text(std::uint64_t at, std::string_view text) {
        std::memcpy(bytes_.data() + at, text.data(), text.size());
    }
    void flip(std::uint64_t at) { bytes_[at] ^= std::byte{0xff}; }
    std::uint32_t crc(std::uint64_t at, std::uint64_t length) const {
        boost::crc_32_type crc;
        crc.process_bytes(bytes_.data() + at, length);
        return crc.checksum();
    }
    std::vector<std::byte>& bytes() { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

struct Entry {
    std::uint64_t first;
    std::uint64_t last;
    bool root_type = false;
};

void put_gpt_header(MemoryDisk& disk, std::uint64_t sector, std::uint64_t entries_sector,
                    std::uint64_t count) {
    const auto at = sector * kSector;
    disk.put_text(at, "EFI PART");
    disk.put(at + 8, 0x00010000, 4);
    disk.put(at + 12, 92, 4);
    disk.put(at + 16, 0, 4);
    disk.put(at + 24, sector, 8);
    disk.put(at + 72, entries_sector, 8);
    disk.put(at + 80, count, 4);
    disk.put(at + 84, 128, 4);
    disk.put(at + 88, disk.crc(entries_sector * kSector, count * 128), 4);
    disk.put(at + 16, disk.crc(at, 92), 4);
}

void put_gpt(MemoryDisk& disk, const std::vector<Entry>& entries) {
    const auto last = disk.size() / kSector - 1;
    for (const auto entries_sector : {std::uint64_t{2}, last - 4}) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto at = entries_sector * kSector + i * 128;
            // The type on disk: three little-endian fields, then bytes.
            disk.put(at, entries[i].root_type ? 0x4f68bce3 : 0x0fc63daf, 4);
            disk.put(at + 4, entries[i].root_type ? 0xe8cd : 0x8483, 2);
            disk.put(at + 6, entries[i].root_type ? 0x4db1 : 0x4772, 2);
            disk.put(at + 8, entries[i].root_type ? 0x09b784f9cafbe796 : 0xe47d47d8693d798e, 8);
            disk.put(at + 16, i + 1, 8);
            disk.put(at + 32, entries[i].first, 8);
            disk.put(at + 40, entries[i].last, 8);
            disk.put(at + 56, 'r', 2);
            disk.put(at + 58, 0x20ac, 2);
        }
    }
    put_gpt_header(disk, 1, 2, 16);
    put_gpt_header(disk, last, last - 4, 16);
}

void put_ext(MemoryDisk& disk, std::uint64_t sector) {
    disk.put(sector * kSector + 1024 + 56, 0xef53, 2);
}

void put_mbr_entry(MemoryDisk& disk, std::uint64_t sector, unsigned index, unsigned type,
                   std::uint64_t first, std::uint64_t count) {
    const auto at = sector * kSector + 446 + 16 * index;
    disk.put(at + 4, type, 1);
    disk.put(at + 8, first, 4);
    disk.put(at + 12, count, 4);
    disk.put(sector * kSector + 510, 0xaa55, 2);
}

TEST(PartitionTable, ReadsGpt) {
    MemoryDisk disk(2048);
    put_gpt(disk, {{100, 199, true}, {200, 999}});
    const auto table = read_partition_table(disk);
    EXPECT_EQ(table.kind, PartitionTableKind::gpt);
    ASSERT_THAT(table.partitions, SizeIs(2));
    const auto& root = table.partitions[0];
    EXPECT_EQ(root.number, 1U);
    EXPECT_EQ(root.offset, 100 * kSector);
    EXPECT_EQ(root.length, 100 * kSector);
    EXPECT_EQ(root.type, "4f68bce3-e8cd-4db1-96e7-fbcaf984b709");
    EXPECT_EQ(root.uuid, "00000001-0000-0000-0000-000000000000");
    EXPECT_EQ(root.name, "r?");
    EXPECT_EQ(table.partitions[1].type, "0fc63daf-8483-4772-8e79-3d69d8477de4");
}

TEST(PartitionTable, TheBackupStandsInForADamagedPrimary) {
    MemoryDisk disk(2048);
    put_gpt(disk, {{100, 199, true}});
    disk.flip(kSector + 40);
    EXPECT_THAT(read_partition_table(disk).partitions, SizeIs(1));
    disk.flip(2047 * kSector + 40);
    EXPECT_THROW(read_partition_table(disk), base::Error);
}

TEST(PartitionTable, DamagedEntriesCountAsDamage) {
    MemoryDisk disk(2048);
    put_gpt(disk, {{100, 199, true}});
    disk.flip(2 * kSector + 33);
    EXPECT_EQ(read_partition_table(disk).partitions.at(0).offset, 100 * kSector);
}

TEST(PartitionTable, RefusesEntriesOutsideTheDisk) {
    for (const auto& entry : {Entry{100, 2048}, Entry{200, 100}, Entry{0, 5}, Entry{100, ~0ULL}}) {
        MemoryDisk disk(2048);
        put_gpt(disk, {entry});
        EXPECT_THROW(read_partition_table(disk), base::Error) << entry.first << " " << entry.last;
    }
}

TEST(PartitionTable, RefusesAHeaderThatAsksForTooMuch) {
    MemoryDisk disk(2048);
    for (const auto sector : {std::uint64_t{1}, std::uint64_t{2047}}) {
        put_gpt_header(disk, sector, 2, 16);
        const auto at = sector * kSector;
        disk.put(at + 80, 0xffffffff, 4);
        disk.put(at + 84, 0xfffffff8, 4);
        disk.put(at + 16, 0, 4);
        disk.put(at + 16, disk.crc(at, 92), 4);
    }
    EXPECT_THROW(read_partition_table(disk), base::Error);
}

TEST(PartitionTable, ReadsMbrWithLogicalPartitions) {
    MemoryDisk disk(2048);
    put_mbr_entry(disk, 0, 0, 0x83, 64, 100);
    put_mbr_entry(disk, 0, 1, 0x05, 500, 1000);
    put_mbr_entry(disk, 500, 0, 0x83, 10, 50);
    put_mbr_entry(disk, 500, 1, 0x05, 200, 100);
    put_mbr_entry(disk, 700, 0, 0x82, 10, 60);
    const auto table = read_partition_table(disk);
    EXPECT_EQ(table.kind, PartitionTableKind::mbr);
    ASSERT_THAT(table.partitions, SizeIs(3));
    EXPECT_EQ(table.partitions[0].type, "83");
    EXPECT_EQ(table.partitions[1].number, 5U);
    EXPECT_EQ(table.partitions[1].offset, 510 * kSector);
    EXPECT_EQ(table.partitions[2].number, 6U);
    EXPECT_EQ(table.partitions[2].offset, 710 * kSector);
}

TEST(PartitionTable, RefusesAChainOfLogicalPartitionsInACircle) {
    MemoryDisk disk(2048);
    put_mbr_entry(disk, 0, 0, 0x05, 500, 1000);
    put_mbr_entry(disk, 500, 1, 0x05, 200, 100);
    put_mbr_entry(disk, 700, 1, 0x05, 200, 100);
    EXPECT_THROW(read_partition_table(disk), base::Error);
    put_mbr_entry(disk, 700, 1, 0x05, 0xfffffff0, 100);
    EXPECT_THROW(read_partition_table(disk), base::Error);
}

TEST(PartitionTable, ADiskWithoutATableMayBeAFileSystem) {
    MemoryDisk disk(2048);
    EXPECT_EQ(read_partition_table(disk).kind, PartitionTableKind::none);
    EXPECT_EQ(find_root_partition(read_partition_table(disk), disk), std::nullopt);
    put_ext(disk, 0);
    disk.put(510, 0xaa55, 2);
    const auto root = find_root_partition(read_partition_table(disk), disk);
    ASSERT_TRUE(root);
    EXPECT_EQ(root->number, 0U);
    EXPECT_EQ(root->length, disk.size());
    EXPECT_THAT(read_partition_table(MemoryDisk(0)).partitions, IsEmpty());
}

TEST(RootPartition, IsTheOneWhoseTypeSaysSo) {
    MemoryDisk disk(2048);
    put_gpt(disk, {{100, 199, true}, {200, 999}});
    put_ext(disk, 200);
    EXPECT_EQ(find_root_partition(read_partition_table(disk), disk)->number, 1U);
}

TEST(RootPartition, ElseTheLargestWithAFileSystemForRoots) {
    MemoryDisk disk(2048);
    put_gpt(disk, {{100, 199}, {200, 499}, {500, 1999}});
    EXPECT_EQ(find_root_partition(read_partition_table(disk), disk), std::nullopt);
    put_ext(disk, 100);
    disk.put_text(200 * kSector, "XFSB");
    disk.put_text(500 * kSector + 82, "FAT32");
    EXPECT_EQ(find_root_partition(read_partition_table(disk), disk)->number, 2U);
}

TEST(FileSystemKind, IsToldByItsMagic) {
    MemoryDisk disk(512);
    EXPECT_STREQ(name_of(probe_file_system(disk, 0)), "unknown");
    disk.put_text(0x10040, "_BHRfS_M");
    EXPECT_STREQ(name_of(probe_file_system(disk, 0)), "btrfs");
    put_ext(disk, 0);
    EXPECT_STREQ(name_of(probe_file_system(disk, 0)), "ext4");
    // Past the end there are zeros.
    EXPECT_STREQ(name_of(probe_file_system(disk, 1 << 30)), "unknown");
}

// Whatever the bytes are, the answer is a table inside the disk or an Error.
TEST(PartitionTable, SurvivesRandomDamage) {
    base::SeededRandom random(7);
    for (int round = 0; round < 2000; ++round) {
        MemoryDisk disk(1100);
        put_gpt(disk, {{100, 199, true}, {200, 999}});
        if (round % 2 == 0) {
            disk.bytes()[kSector] = std::byte{0};
            disk.bytes()[1099 * kSector] = std::byte{0};
            put_mbr_entry(disk, 0, 0, 0x05, 500, 100);
            put_mbr_entry(disk, 500, 1, 0x05, 20, 10);
        }
        std::array<std::uint16_t, 16> noise{};
        random.fill(noise.data(), sizeof noise);
        for (const auto value : noise)
            disk.flip(value % (6 * kSector));
        try {
            for (const auto& partition : read_partition_table(disk).partitions) {
                ASSERT_LE(partition.offset + partition.length, disk.size());
                ASSERT_GT(partition.length, 0U);
            }
        } catch (const base::Error&) {
        }
    }
}

}  // namespace
}  // namespace goldsmith::store
