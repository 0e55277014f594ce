#include "store/snapshot_manifest.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "store/bytes.h"
#include "store/errors.h"

namespace goldsmith::store {
namespace {

ChunkId abc() {
    return ChunkId::from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// The worked example of docs/formats/snapshot-manifest.md.
SnapshotManifest example() {
    return {.id = SnapshotId::parse("snap-00000000000000001"),
            .volume_size = 1 << 20,
            .created_ms = 1700000000000,
            .description = "example",
            .blocks = {{1, abc()}}};
}

TEST(SnapshotManifestTest, BytesAreThoseOfTheFormat) {
    std::string expected = "GSSNAP01";
    expected += std::string("\x7c\0\0\0", 4);
    expected += R"({"id":"snap-00000000000000001","volume_size":1048576,"block_size":524288,)"
                R"("created_ms":1700000000000,"description":"example"})";
    expected += std::string("\1\0\0\0\1\0\0\0", 8);
    expected += base::as_view(abc().bytes);
    expected += base::as_view(base::sha256(expected));
    EXPECT_EQ(as_text(encode(example())), expected);
    EXPECT_EQ(base::sha256_hex(expected),
              "c8839ec16907966db675fc50a73fbad9c9e5db123b36fd056953e540fa18e897");
}

TEST(SnapshotManifestTest, DecodesWhatItEncodes) {
    SnapshotManifest manifest = example();
    manifest.parent = SnapshotId::from_token("parent");
    manifest.description = "\"quotes\" and \n lines";
    manifest.blocks.insert(manifest.blocks.begin(), {0, ChunkId::of(Bytes(5))});
    EXPECT_EQ(decode_snapshot_manifest(encode(manifest), "here"), manifest);
}

TEST(SnapshotManifestTest, EveryDamagedByteAndEveryLengthIsNoticed) {
    const Bytes good = encode(example());
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes damaged = good;
        damaged[i] ^= std::byte{1};
        EXPECT_THROW(decode_snapshot_manifest(damaged, "f"), ManifestCorrupt) << "byte " << i;
        EXPECT_THROW(decode_snapshot_manifest(ByteView(good).first(i), "f"), ManifestCorrupt);
    }
}

// A checksum says nothing about a manifest that somebody made on purpose.
TEST(SnapshotManifestTest, RefusesNonsenseWithAGoodChecksum) {
    const auto refused = [](SnapshotManifest manifest) {
        EXPECT_THROW(decode_snapshot_manifest(encode(manifest), "f"), ManifestCorrupt);
    };
    SnapshotManifest manifest = example();
    manifest.blocks = {{1, abc()}, {0, abc()}};
    refused(manifest);
    manifest.blocks = {{1, abc()}, {1, abc()}};
    refused(manifest);
    manifest.blocks = {{2, abc()}};  // beyond the end
    refused(manifest);
}

TEST(SnapshotManifestTest, TheErrorNamesTheFile) {
    try {
        decode_snapshot_manifest({}, "/stores/x/snap-1.manifest");
        FAIL();
    } catch (const ManifestCorrupt& error) {
        EXPECT_NE(std::string(error.what()).find("/stores/x/snap-1.manifest"), std::string::npos);
    }
}

TEST(SnapshotManifestTest, TheContentDigestDependsOnTheDiskAlone) {
    SnapshotManifest same = example();
    same.id = SnapshotId::from_token("another");
    same.created_ms = 5;
    same.parent = SnapshotId::from_token("p");
    same.description = "";
    EXPECT_EQ(same.content_digest(), example().content_digest());
    same.volume_size += kBlockBytes;
    EXPECT_NE(same.content_digest(), example().content_digest());
}

TEST(SnapshotManifestTest, FindsChunksByBlock) {
    EXPECT_EQ(example().chunk_at(0), nullptr);
    const SnapshotManifest manifest = example();
    ASSERT_NE(manifest.chunk_at(1), nullptr);
    EXPECT_EQ(*manifest.chunk_at(1), abc());
    EXPECT_EQ(manifest.chunk_at(2), nullptr);
    EXPECT_EQ(manifest.block_count(), 2u);
    EXPECT_EQ(manifest.volume_size_gib(), 1u);
}

}  // namespace
}  // namespace goldsmith::store
