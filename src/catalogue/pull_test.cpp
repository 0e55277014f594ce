#include "catalogue/pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "store/restore.h"

namespace goldsmith::catalogue {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class PullTest : public ::testing::Test {
protected:
    PullTest() {
        options_.builder = [this](const CatalogueEntry&, const BuildOptions& build) {
            ++builds_;
            if (fails_)
                throw BaseImageError("no network");
            base::make_directories(build.work_directory);
            const auto disk = build.work_directory / "disk.raw";
            base::write_file_atomically(disk, std::string(1 << 20, static_cast<char>(builds_)));
            BaseImageFacts facts;
            facts.version = version_;
            return BaseImage{disk, facts};
        };
    }

    PulledImage pull_once() { return pull(entry_, data_.path(), region_, options_); }

    base::TempDir data_;
    store::RegionStore region_{data_.path() / "region"};
    CatalogueEntry entry_ = catalogue().front();
    PullOptions options_;
    std::string version_ = "12.9.20260101";
    std::atomic<int> builds_ = 0;
    bool fails_ = false;
};

TEST_F(PullTest, PutsTheDiskAndTheImageIntoTheRegion) {
    const auto pulled = pull_once();
    EXPECT_FALSE(pulled.already_there);
    EXPECT_EQ(pulled.image.name, "debian-12-x86-12.9.20260101");
    EXPECT_EQ(region_.image(pulled.image.id), pulled.image);
    const auto snapshot = region_.snapshot(pulled.image.root_device().snapshot);
    EXPECT_EQ(snapshot.volume_size, 1U << 20);
    EXPECT_THAT(snapshot.blocks, SizeIs(2));
    EXPECT_THAT(base::list_directory(data_.path() / "catalogue/debian-12-x86/work"), IsEmpty())
        << "the built disk stays in the store only";
}

TEST_F(PullTest, ASecondPullFindsTheFirst) {
    const auto first = pull_once();
    const auto second = pull_once();
    EXPECT_TRUE(second.already_there);
    EXPECT_EQ(second.image, first.image);
    EXPECT_EQ(second.facts, first.facts);
    EXPECT_EQ(builds_, 1);
}

TEST_F(PullTest, PullsAtOnceBuildOnce) {
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([this] { pull_once(); });
    }
    EXPECT_EQ(builds_, 1);
}

TEST_F(PullTest, RefreshMakesANewVersionAndListsTheNewestFirst) {
    pull_once();
    options_.refresh = true;
    version_ = "12.15.20261123";
    EXPECT_FALSE(pull_once().already_there);
    const auto images = pulled_images(entry_, data_.path(), region_);
    ASSERT_THAT(images, SizeIs(2));
    EXPECT_EQ(images[0].facts.version, "12.15.20261123");
    // The same day again: that version stands, whatever was built now.
    EXPECT_TRUE(pull_once().already_there);
    EXPECT_THAT(region_.snapshots(), SizeIs(2));
}

TEST_F(PullTest, AFailureLeavesNothingAndTheNextPullWorks) {
    fails_ = true;
    EXPECT_THROW(pull_once(), BaseImageError);
    EXPECT_THAT(region_.images(), IsEmpty());
    EXPECT_THAT(pulled_images(entry_, data_.path(), region_), IsEmpty());
    fails_ = false;
    EXPECT_FALSE(pull_once().already_there);
}

TEST_F(PullTest, AnImageThatTheRegionLostIsPulledAgain) {
    const auto first = pull_once();
    region_.delete_image(first.image.id);
    EXPECT_THAT(pulled_images(entry_, data_.path(), region_), IsEmpty());
    EXPECT_EQ(pull_once().image, first.image);
}

}  // namespace
}  // namespace goldsmith::catalogue
