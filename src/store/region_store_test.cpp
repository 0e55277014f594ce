#include "store/region_store.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "store/ingest.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::snap;
using testing::TestDisk;

class RegionStoreTest : public ::testing::Test {
protected:
    SnapshotManifest store(const std::string& token) {
        TestDisk disk(1 << 20);
        disk.fill({10, 10}, std::byte{'x'});
        disk.write_to(dir_.path() / "disk.raw");
        return ingest(region_, *open_raw_disk(dir_.path() / "disk.raw"),
                      {.id = snap(token), .extents = disk.take_dirty()})
            .manifest;
    }

    ImageManifest image(const std::string& token, const std::string& snapshot) {
        return {.id = ImageId::from_token(token),
                .name = token,
                .block_devices = {{.device_name = "/dev/xvda", .snapshot = snap(snapshot)}}};
    }

    base::TempDir dir_;
    RegionStore region_{dir_.path() / "region"};
};

TEST_F(RegionStoreTest, AnEmptyRegion) {
    EXPECT_TRUE(region_.snapshots().empty());
    EXPECT_TRUE(region_.images().empty());
    EXPECT_FALSE(region_.delete_snapshot(snap("x")));
    EXPECT_FALSE(region_.delete_image(ImageId::from_token("x")));
    EXPECT_EQ(region_.find_snapshot(snap("x")), std::nullopt);
    EXPECT_THROW(region_.snapshot(snap("x")), SnapshotNotFound);
    EXPECT_THROW(region_.image(ImageId::from_token("x")), ImageNotFound);
    EXPECT_THROW(region_.read_chunk(ChunkId{}), ChunkMissing);
}

TEST_F(RegionStoreTest, ImagesNeedTheirSnapshots) {
    EXPECT_THROW(region_.put_image(image("i", "one")), SnapshotNotFound);
    store("one");
    region_.put_image(image("i", "one"));
    EXPECT_EQ(region_.image(ImageId::from_token("i")), image("i", "one"));
    ImageManifest renamed = image("i", "one");
    renamed.name = "renamed";
    region_.put_image(renamed);
    EXPECT_EQ(region_.image(ImageId::from_token("i")).name, "renamed");
    EXPECT_EQ(region_.images(), std::vector<ImageId>{ImageId::from_token("i")});

    EXPECT_THROW(region_.delete_snapshot(snap("one")), SnapshotInUse);
    EXPECT_TRUE(region_.delete_image(ImageId::from_token("i")));
    EXPECT_TRUE(region_.delete_snapshot(snap("one")));
    EXPECT_TRUE(region_.snapshots().empty());
}

TEST_F(RegionStoreTest, ReadsSingleBlocks) {
    const SnapshotManifest manifest = store("one");
    const auto block = region_.read_chunk(manifest.blocks.at(0).chunk);
    EXPECT_EQ(block.size(), kBlockBytes);
    EXPECT_EQ(block.at(10), std::byte{'x'});
    EXPECT_EQ(ChunkId::of(block), manifest.blocks.at(0).chunk);
}

TEST_F(RegionStoreTest, ForeignFilesAreLeftOut) {
    store("one");
    base::write_file_atomically(region_.root() / "snapshots/notes.txt", "x");
    base::write_file_atomically(region_.root() / "snapshots/snap-x.manifest", "x");
    base::write_file_atomically(region_.root() / "packs/README", "x");
    EXPECT_EQ(region_.snapshots(), std::vector<SnapshotId>{snap("one")});
    EXPECT_NO_THROW(RegionStore(dir_.path() / "region"));
}

TEST_F(RegionStoreTest, WhatOneObjectWritesAnotherReads) {
    RegionStore other(dir_.path() / "region");
    const SnapshotManifest manifest = store("one");
    EXPECT_EQ(other.snapshot(snap("one")), manifest);
    EXPECT_EQ(other.read_chunk(manifest.blocks.at(0).chunk).size(), kBlockBytes);
}

}  // namespace
}  // namespace goldsmith::store
