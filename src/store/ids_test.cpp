#include "store/ids.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/bytes.h"

namespace goldsmith::store {
namespace {

TEST(ChunkIdTest, IsTheSha256OfTheBytes) {
    Bytes abc;
    append_text(abc, "abc");
    EXPECT_EQ(ChunkId::of(abc).hex(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(ChunkId::from_hex(ChunkId::of(abc).hex()), ChunkId::of(abc));
}

TEST(ResourceIdTest, AcceptsOnlyItsOwnForm) {
    EXPECT_EQ(SnapshotId::parse("snap-0123456789abcdef0").str(), "snap-0123456789abcdef0");
    for (const char* bad :
         {"", "snap-", "snap-0123456789ABCDEF0", "snap-0123456789abcdef", "ami-0123456789abcdef0",
          "snap-../../../../etc0", "snap-0123456789abcdef01"}) {
        EXPECT_THROW(SnapshotId::parse(bad), base::Error) << bad;
    }
}

TEST(ResourceIdTest, TheSameTokenGivesTheSameId) {
    EXPECT_EQ(SnapshotId::from_token("build-1/snapshot"),
              SnapshotId::from_token("build-1/snapshot"));
    EXPECT_NE(SnapshotId::from_token("build-1"), SnapshotId::from_token("build-2"));
    EXPECT_EQ(ImageId::parse(ImageId::from_token("x").str()), ImageId::from_token("x"));
    EXPECT_NE(ImageId::from_token("x").str().substr(4),
              SnapshotId::from_token("x").str().substr(5));
}

}  // namespace
}  // namespace goldsmith::store
