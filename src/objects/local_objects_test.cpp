#include "objects/local_objects.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/pending_file.h"
#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "objects/memory_objects.h"
#include "objects/object_conformance.h"
#include "state/migrations.h"

namespace goldsmith::objects {
namespace {

class MemoryWorld final : public ConformanceWorld {
public:
    ObjectStore& store() override { return store_; }

private:
    base::SystemClock clock_;
    MemoryObjects store_{clock_};
};

class LocalWorld final : public ConformanceWorld {
public:
    LocalWorld() { db::migrate(*database_, state::migrations()); }
    LocalObjects& store() override { return *store_; }

    base::Path folder() const { return folder_.path() / "objects"; }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& shelf : base::list_directory(folder())) {
            count += base::list_directory(folder() / shelf).size();
        }
        return count;
    }
    void restart() {
        store_.reset();
        store_ = std::make_unique<LocalObjects>(*database_, folder(), random_, clock_);
    }

private:
    base::TempDir folder_;
    base::SystemRandom random_;
    base::SystemClock clock_;
    std::unique_ptr<db::Database> database_ =
        db::sqlite::open({.path = (folder_.path() / "goldsmith.db").string(), .durable = false});
    std::unique_ptr<LocalObjects> store_ =
        std::make_unique<LocalObjects>(*database_, folder(), random_, clock_);
};

INSTANTIATE_TEST_SUITE_P(
    Stores, ObjectConformance,
    testing::Values(StoreKind{"Memory", [] { return std::make_unique<MemoryWorld>(); }},
                    StoreKind{"Local", [] { return std::make_unique<LocalWorld>(); }}),
    [](const auto& kind) { return kind.param.name; });

class LocalObjectsTest : public testing::Test {
protected:
    LocalObjectsTest() {
        world_.store().create_bucket({"bucket", "123456789012", "us-east-1", {}});
    }

    void put(const std::string& key, const std::string& content) {
        base::TextSource source(content);
        world_.store().put("bucket", key, source, {});
    }

    LocalWorld world_;
};

TEST_F(LocalObjectsTest, ReplacedAndRemovedContentLeavesNoFile) {
    put("key", "one");
    put("key", "two");
    EXPECT_EQ(world_.files(), 1U);
    const auto opened = world_.store().get("bucket", "key", {});
    world_.store().remove("bucket", "key");
    EXPECT_EQ(world_.files(), 1U);  // somebody reads it
    EXPECT_EQ(base::read_source(*opened->content.source, 10), "two");
}

TEST_F(LocalObjectsTest, TheLastReaderDeletesWhatWasRemoved) {
    put("key", "one");
    {
        const auto opened = world_.store().get("bucket", "key", {});
        world_.store().remove("bucket", "key");
    }
    EXPECT_EQ(world_.files(), 0U);
}

TEST_F(LocalObjectsTest, AReceivedFileIsNotCopied) {
    const auto file = std::make_shared<base::PendingFile>(world_.folder());
    file->append("received");
    const auto octets = base::octets_of(file);
    world_.store().put("bucket", "key", *octets.source, {});
    EXPECT_EQ(world_.files(), 1U);
    EXPECT_FALSE(file->publish(world_.folder() / "again")) << "the file had a name already";
    const auto again = base::octets_of(file);  // a second put of the same file copies
    world_.store().put("bucket", "other", *again.source, {});
    EXPECT_EQ(world_.files(), 2U);
}

TEST_F(LocalObjectsTest, WhatAKilledProcessLeftIsSwept) {
    put("kept", "content");
    const auto id = world_.store().begin_upload("bucket", "parts", {});
    base::TextSource part("part");
    world_.store().put_part("bucket", "parts", id, 1, part, {});
    base::make_directories(world_.folder() / "ab");
    base::write_file_atomically(world_.folder() / "ab" / "abcdef", "without a row");
    base::write_file_atomically(world_.folder() / ".pending-xyz", "half");
    world_.restart();
    EXPECT_EQ(world_.store().sweep(), 1U);
    EXPECT_EQ(world_.files(), 2U);
    EXPECT_EQ(base::read_source(*world_.store().get("bucket", "kept", {})->content.source, 100),
              "content");
}

TEST_F(LocalObjectsTest, AbortedUploadsLeaveNoFile) {
    const auto id = world_.store().begin_upload("bucket", "parts", {});
    for (const int number : {1, 1, 2}) {
        base::TextSource part("part");
        world_.store().put_part("bucket", "parts", id, number, part, {});
    }
    EXPECT_EQ(world_.files(), 2U);
    world_.store().abort_upload("bucket", "parts", id);
    EXPECT_EQ(world_.files(), 0U);
    world_.store().begin_upload("bucket", "parts", {});
    world_.store().remove_bucket("bucket");
    EXPECT_FALSE(world_.store().find_bucket("bucket"));
}

}  // namespace
}  // namespace goldsmith::objects
