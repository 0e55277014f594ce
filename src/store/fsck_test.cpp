#include "store/fsck.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "store/chunk_store.h"
#include "store/ingest.h"
#include "store/region_layout.h"
#include "store/restore.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::flip_byte;
using testing::snap;
using testing::TestDisk;
using Kind = FsckProblem::Kind;

constexpr std::uint64_t kMiB = 1 << 20;

class FsckTest : public ::testing::Test {
protected:
    FsckTest() {
        TestDisk disk(4 * kMiB);
        disk.scribble(12, kMiB);
        disk.write_to(dir_.path() / "disk.raw");
        manifest_ = ingest(region_, *open_raw_disk(dir_.path() / "disk.raw"),
                           {.id = snap("one"), .extents = {{0, 4 * kMiB}}})
                        .manifest;
    }

    ChunkPlace place() { return region_.chunks().find(manifest_->blocks.at(0).chunk).value(); }
    std::string first_chunk() { return manifest_->blocks.at(0).chunk.hex(); }

    FsckProblem only_problem() {
        const FsckReport report = fsck(RegionStore(dir_.path() / "region"));
        EXPECT_EQ(report.problems.size(), 1u);
        return report.problems.empty() ? FsckProblem{} : report.problems.at(0);
    }

    base::TempDir dir_;
    RegionStore region_{dir_.path() / "region"};
    std::optional<SnapshotManifest> manifest_;
};

TEST_F(FsckTest, AGoodRegionIsClean) {
    region_.put_image({.id = ImageId::from_token("i"),
                       .name = "i",
                       .block_devices = {{.device_name = "/dev/xvda", .snapshot = snap("one")}}});
    const FsckReport report = fsck(region_);
    EXPECT_TRUE(report.clean());
    EXPECT_EQ(report.snapshots, 1u);
    EXPECT_EQ(report.images, 1u);
    EXPECT_EQ(report.chunks, manifest_->blocks.size());
    EXPECT_EQ(report.orphan_chunks, 0u);
}

TEST_F(FsckTest, NamesTheCorruptChunkItsPackAndItsSnapshot) {
    flip_byte(place().pack->path, place().entry.offset + kRecordHeaderBytes + 20);
    const FsckProblem problem = only_problem();
    EXPECT_EQ(problem.kind, Kind::corrupt_chunk);
    EXPECT_EQ(problem.subject, first_chunk());
    EXPECT_NE(problem.detail.find(place().pack->name), std::string::npos) << problem.detail;
    EXPECT_NE(problem.detail.find(snap("one").str()), std::string::npos) << problem.detail;
}

TEST_F(FsckTest, RestoreNamesThemToo) {
    flip_byte(place().pack->path, place().entry.offset + kRecordHeaderBytes + 20);
    const auto out = dir_.path() / "out.raw";
    try {
        restore(region_, snap("one"), out);
        FAIL() << "a damaged chunk was restored";
    } catch (const ChunkCorrupt& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find(first_chunk()), std::string::npos) << text;
        EXPECT_NE(text.find(place().pack->name), std::string::npos) << text;
        EXPECT_NE(text.find(snap("one").str()), std::string::npos) << text;
    }
    EXPECT_FALSE(std::filesystem::exists(out));
    EXPECT_EQ(base::list_directory(dir_.path()).size(), 2u);  // no temporary file
}

// Any byte of a pack: found by fsck, and never given out as content.
TEST_F(FsckTest, FindsDamageAnywhereInAPack) {
    const auto path = place().pack->path;
    const std::uint64_t size = std::filesystem::file_size(path);
    for (std::uint64_t at = 0; at < size; at += 1 + size / 60) {
        if (at >= 8 && at < kFileHeaderBytes) {
            continue;  // reserved
        }
        flip_byte(path, at);
        EXPECT_FALSE(fsck(RegionStore(dir_.path() / "region")).clean()) << "byte " << at;
        flip_byte(path, at);
    }
    EXPECT_TRUE(fsck(RegionStore(dir_.path() / "region")).clean());
}

TEST_F(FsckTest, ADamagedIndexLosesNothing) {
    const auto path = place().pack->path;
    flip_byte(path, std::filesystem::file_size(path) - 70);
    EXPECT_EQ(only_problem().kind, Kind::corrupt_pack);
    EXPECT_NO_THROW(restore(RegionStore(dir_.path() / "region"), snap("one"), dir_.path() / "out"));
}

TEST_F(FsckTest, NamesWhatIsMissing) {
    std::filesystem::remove(place().pack->path);
    const FsckReport report = fsck(region_);
    EXPECT_EQ(report.problems.size(), manifest_->blocks.size());
    EXPECT_EQ(report.problems.at(0).kind, Kind::missing_chunk);
    EXPECT_THROW(restore(region_, snap("one"), dir_.path() / "out"), ChunkMissing);
}

TEST_F(FsckTest, NamesDamagedManifests) {
    const auto path = layout::snapshot(region_.root(), snap("one"));
    flip_byte(path, 100);
    EXPECT_EQ(only_problem().kind, Kind::corrupt_manifest);
    EXPECT_NE(only_problem().subject.find(snap("one").str()), std::string::npos);
    flip_byte(path, 100);
    std::filesystem::rename(path, layout::snapshot(region_.root(), snap("two")));
    EXPECT_EQ(only_problem().kind, Kind::corrupt_manifest);
    EXPECT_THROW(region_.snapshot(snap("two")), ManifestCorrupt);
}

TEST_F(FsckTest, NamesImagesWithoutTheirSnapshot) {
    region_.put_image({.id = ImageId::from_token("i"),
                       .name = "i",
                       .block_devices = {{.device_name = "/dev/xvda", .snapshot = snap("one")}}});
    std::filesystem::remove(layout::snapshot(region_.root(), snap("one")));
    const FsckProblem problem = only_problem();
    EXPECT_EQ(problem.kind, Kind::missing_snapshot);
    EXPECT_NE(problem.detail.find(ImageId::from_token("i").str()), std::string::npos);
}

TEST_F(FsckTest, OrphansAreCountedButNoProblem) {
    region_.delete_snapshot(snap("one"));
    const FsckReport report = fsck(region_);
    EXPECT_TRUE(report.clean());
    EXPECT_EQ(report.orphan_chunks, manifest_->blocks.size());
    EXPECT_GT(report.orphan_bytes, 0u);
}

}  // namespace
}  // namespace goldsmith::store
