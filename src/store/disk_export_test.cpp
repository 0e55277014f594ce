#include "store/disk_export.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "store/ingest.h"
#include "store/restore.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::read_bytes;
using testing::snap;
using testing::TestDisk;

constexpr std::uint64_t kMiB = 1 << 20;

void qemu(const std::string& program, std::vector<std::string> arguments) {
    base::Command command;
    command.program = program;
    command.arguments = std::move(arguments);
    base::run_checked(command);
}

class DiskExportTest : public ::testing::Test {
protected:
    DiskExportTest() {
        disk_.scribble(10, kMiB);
        disk_.write_to(raw_);
    }

    IngestResult import(const std::string& token) {
        IngestRequest request{.id = snap(token)};
        request.extents = {{0, disk_.bytes().size()}};
        return ingest(region_, *open_raw_disk(raw_), request);
    }

    base::TempDir dir_;
    TestDisk disk_{16 * kMiB};
    std::filesystem::path raw_ = dir_.path() / "disk.raw";
    RegionStore region_{dir_.path() / "region"};
    DiskCache cache_{dir_.path() / "cache"};
};

TEST_F(DiskExportTest, RawIsTheDisk) {
    import("one");
    const auto out = dir_.path() / "out.raw";
    const ExportResult result = export_disk(region_, cache_, snap("one"), DiskFormat::raw, out);
    EXPECT_EQ(read_bytes(out), disk_.bytes());
    EXPECT_EQ(result.bytes, disk_.bytes().size());
    EXPECT_EQ(result.sha256, base::sha256_hex(base::read_file(out)));
}

TEST_F(DiskExportTest, EveryFormatHoldsTheSameDisk) {
    import("one");
    for (const auto& [format, name] :
         {std::pair(DiskFormat::qcow2, "qcow2"), std::pair(DiskFormat::vmdk, "vmdk"),
          std::pair(DiskFormat::vhd, "vpc")}) {
        const auto out = dir_.path() / (std::string("out.") + name);
        const ExportResult result = export_disk(region_, cache_, snap("one"), format, out);
        EXPECT_EQ(result.bytes, std::filesystem::file_size(out)) << name;
        EXPECT_EQ(result.sha256, base::sha256_hex(base::read_file(out))) << name;
        const auto back = dir_.path() / "back.raw";
        qemu("qemu-img", {"convert", "-f", name, "-O", "raw", out.string(), back.string()});
        EXPECT_EQ(read_bytes(back), disk_.bytes()) << name;
    }
    EXPECT_THROW(map_image_file(dir_.path() / "out.qcow2"), UnmappableImage);  // it is compressed
}

TEST_F(DiskExportTest, WhatFailsLeavesNoFile) {
    const auto out = dir_.path() / "out.vmdk";
    EXPECT_THROW(export_disk(region_, cache_, snap("none"), DiskFormat::vmdk, out),
                 SnapshotNotFound);
    EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(DiskExportTest, AnOverlayIsReadStraightFromItsFiles) {
    import("base");
    const auto middle = dir_.path() / "middle.qcow2";
    const auto top = dir_.path() / "top.qcow2";
    qemu("qemu-img", {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", raw_.string(), middle});
    qemu("qemu-io", {"-c", "write -P 17 1M 300k", "-c", "write -z 5M 1M", "-c",
                     "write -P 3 9000k 1k", middle.string()});
    qemu("qemu-img",
         {"create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", middle.string(), top, "20M"});
    qemu("qemu-io", {"-c", "write -P 99 1100k 64k", "-c", "discard 2M 128k", "-c",
                     "write -P 4 18M 10k", top.string()});
    const auto flat = dir_.path() / "flat.raw";
    qemu("qemu-img", {"convert", "-f", "qcow2", "-O", "raw", top.string(), flat.string()});

    const ImageFileMap map = map_image_file(top);
    ASSERT_EQ(map.disk->size(), 20 * kMiB);
    Bytes all(map.disk->size());
    map.disk->read(0, all);
    EXPECT_EQ(all, read_bytes(flat));

    const ImageFileMap below = map_image_file(middle);
    const auto parent =
        ingest(region_, *below.disk,
               {.id = snap("middle"), .extents = below.dirty, .parent = snap("base")});
    const auto child = ingest(region_, *map.disk,
                              {.id = snap("top"), .extents = map.dirty, .parent = snap("middle")});
    EXPECT_LE(child.stats.blocks_read, 12u);
    const auto out = dir_.path() / "out.raw";
    restore(region_, snap("top"), out);
    EXPECT_EQ(read_bytes(out), read_bytes(flat));
}

}  // namespace
}  // namespace goldsmith::store
