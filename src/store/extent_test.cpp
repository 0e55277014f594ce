#include "store/extent.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "store/ids.h"

namespace goldsmith::store {
namespace {

TEST(ExtentTest, NormalisedSortsMergesAndCuts) {
    EXPECT_EQ(normalised({{50, 10}, {0, 10}, {10, 5}, {12, 20}, {40, 0}, {95, 100}, {200, 1}}, 100),
              (std::vector<Extent>{{0, 32}, {50, 10}, {95, 5}}));
    // Lengths near the largest number must not wrap around.
    EXPECT_EQ(normalised({{10, ~0ull}}, 100), (std::vector<Extent>{{10, 90}}));
}

TEST(ExtentTest, BlocksAreListedOnce) {
    constexpr std::uint64_t kBlock = kBlockBytes;
    EXPECT_EQ(blocks_of({{0, 1}, {1, 1}, {kBlock - 1, 2}, {5 * kBlock, kBlock}}, 100 * kBlock),
              (std::vector<std::uint32_t>{0, 1, 5}));
    EXPECT_EQ(blocks_of({{0, 100 * kBlock}}, kBlock + 1), (std::vector<std::uint32_t>{0, 1}));
    EXPECT_TRUE(blocks_of({}, kBlock).empty());
}

TEST(ExtentTest, DataExtentsSkipHoles) {
    const base::TempDir dir;
    const auto path = dir.path() / "disk";
    const base::Fd fd = base::open_file(path, O_RDWR | O_CREAT);
    std::filesystem::resize_file(path, 64 << 20);
    base::write_exactly_at(fd.get(), "data", 4, 32 << 20);
    const auto extents = data_extents(fd.get());
    ASSERT_EQ(extents.size(), 1u);
    EXPECT_LE(extents[0].offset, 32u << 20);
    EXPECT_GE(extents[0].end(), (32u << 20) + 4);
    EXPECT_LT(extents[0].length, 1u << 20);
}

}  // namespace
}  // namespace goldsmith::store
