#include <gtest/gtest.h>

#include "base/files.h"
#include "db/database.h"
#include "db/error.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/amis.h"
#include "state/credentials.h"
#include "state/images.h"
#include "state/instances.h"
#include "state/migrations.h"
#include "state/named_rows.h"
#include "state/tags.h"

namespace goldsmith::state {
namespace {

const Scope scope{"123456789012", "us-east-1"};

class RowsTest : public testing::Test {
protected:
    RowsTest() { db::migrate(*database_, migrations()); }

    VersionedRow insert(const char* slug, api::Version version) {
        VersionedRow row{.scope = scope, .slug = slug, .version = version, .body = "{}"};
        database_->write([&](db::Transaction& tx) { components().insert(tx, row); });
        return row;
    }

    base::TempDir folder_;
    std::unique_ptr<db::Database> database_ =
        db::sqlite::open({.path = (folder_.path() / "r.db").string(), .durable = false});
};

TEST_F(RowsTest, VersionsAreInNumericOrderWithTheirBuilds) {
    insert("web", {1, 9, 0, 1});
    insert("web", {1, 10, 0, 1});
    insert("web", {1, 10, 0, 2});
    insert("other", {9, 0, 0, 1});
    const auto versions =
        database_->read([](db::Connection& c) { return components().versions(c, scope, "web"); });
    EXPECT_EQ(versions, (std::vector<api::Version>{{1, 10, 0, 2}, {1, 10, 0, 1}, {1, 9, 0, 1}}));
}

TEST_F(RowsTest, APageOfVersionsShowsTheLatestBuildAtTheVersionsPlace) {
    insert("a", {1, 0, 0, 1});
    insert("b", {1, 0, 0, 1});
    const auto later = insert("a", {1, 0, 0, 2});
    const auto page = database_->read([](db::Connection& c) {
        return components().page_versions(c, scope, from_the_newest, 10);
    });
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].slug, "b");
    EXPECT_EQ(page[1].id, later.id);
    EXPECT_LT(page[1].version_order, page[0].version_order);
}

TEST_F(RowsTest, TheSameBuildTwiceIsRefused) {
    insert("web", {1, 0, 0, 1});
    try {
        insert("web", {1, 0, 0, 1});
        FAIL();
    } catch (const db::Error& error) {
        EXPECT_EQ(error.kind(), db::ErrorKind::unique);
    }
}

TEST_F(RowsTest, BuildNumbersCountPerVersionAndFamily) {
    database_->write([](db::Transaction& tx) {
        EXPECT_EQ(components().take_build_number(tx, scope, "web", {1, 0, 0, 0}), 1U);
        EXPECT_EQ(components().take_build_number(tx, scope, "web", {1, 0, 0, 0}), 2U);
        EXPECT_EQ(components().take_build_number(tx, scope, "web", {1, 0, 1, 0}), 1U);
        EXPECT_EQ(workflows().take_build_number(tx, scope, "web", {1, 0, 0, 0}), 1U);
    });
}

TEST_F(RowsTest, NamedRowsAreFoundUpdatedAndPaged) {
    database_->write([](db::Transaction& tx) {
        for (const char* slug : {"a", "b", "c"}) {
            NamedRow row{.scope = scope, .slug = slug, .created_ms = 5, .body = "{}"};
            image_pipelines().insert(tx, row);
        }
        const auto row = image_pipelines().find(tx, scope, "b");
        ASSERT_TRUE(row);
        image_pipelines().update(tx, row->id, "{\"x\":1}", 7);
        EXPECT_EQ(image_pipelines().find(tx, scope, "b")->updated_ms, 7);
        EXPECT_EQ(image_pipelines().find(tx, scope, "b")->body, "{\"x\":1}");
        const auto page = image_pipelines().page(tx, scope, from_the_newest, 2);
        ASSERT_EQ(page.size(), 2U);
        EXPECT_EQ(page[0].slug, "c");
        EXPECT_EQ(image_pipelines().page(tx, scope, page[1].id, 2).size(), 1U);
        EXPECT_EQ(image_pipelines().count(tx, scope), 3);
        EXPECT_FALSE(image_pipelines().find(tx, {"210987654321", "us-east-1"}, "b"));
    });
}

TEST_F(RowsTest, ErasingAnImageErasesItsStateAndPackages) {
    const std::string arn = "arn:aws:imagebuilder:us-east-1:123456789012:image/web/1.0.0/1";
    database_->write([&](db::Transaction& tx) {
        ImageRow image{
            .row = {.scope = scope, .slug = "web", .version = {1, 0, 0, 1}, .body = "{}"},
            .status = "PENDING"};
        insert_image(tx, image);
        set_packages(tx, arn, {{"bash", "5"}});
        set_image_status(tx, arn, "FAILED", "why", 9);
        EXPECT_EQ(find_image(tx, arn)->reason, "why");
        EXPECT_TRUE(erase_image(tx, image.row.id));
        EXPECT_FALSE(find_image(tx, arn));
        EXPECT_TRUE(tx.query("SELECT * FROM image_states").empty());
        EXPECT_TRUE(tx.query("SELECT * FROM image_packages").empty());
        EXPECT_THROW(set_image_status(tx, arn, "FAILED", std::nullopt, 9), db::Error);
    });
}

TEST_F(RowsTest, Ec2RowsComeBackWhole) {
    database_->write([](db::Transaction& tx) {
        AmiRow ami;
        ami.region = "us-east-1";
        ami.image_id = "ami-1";
        ami.owner = "123456789012";
        ami.name = "web";
        ami.description = "d";
        ami.boot_mode = "uefi-preferred";
        ami.devices = {{"/dev/xvda", "snap-1", 4}};
        insert_ami(tx, ami);
        EXPECT_EQ(find_ami(tx, "us-east-1", "ami-1").value(), ami);
        EXPECT_FALSE(find_ami(tx, "us-west-2", "ami-1"));
        ami.state = "disabled";
        update_ami(tx, ami);
        EXPECT_EQ(find_ami_by_name(tx, "us-east-1", "123456789012", "web").value(), ami);
        InstanceRow instance;
        instance.region = "us-east-1";
        instance.instance_id = "i-1";
        instance.state = "pending";
        put_instance(tx, instance);
        put_instance(tx, instance);
        EXPECT_TRUE(set_instance_state(tx, "us-east-1", "i-1", "terminated", "done"));
        EXPECT_FALSE(set_instance_state(tx, "us-east-1", "i-2", "terminated", "done"));
        EXPECT_EQ(page_instances(tx, "us-east-1", from_the_newest, 9).size(), 1U);
        EXPECT_EQ(find_instance(tx, "us-east-1", "i-1")->state_reason, "done");
    });
}

TEST_F(RowsTest, TagsAndKeysAreKept) {
    database_->write([](db::Transaction& tx) {
        put_tags(tx, "arn:a", {{"k", "1"}, {"l", "2"}});
        put_tags(tx, "arn:a", {{"k", "3"}});
        put_tags(tx, "arn:b%", {{"m", "4"}});
        EXPECT_EQ(tags_of(tx, "arn:a"), (TagMap{{"k", "3"}, {"l", "2"}}));
        const auto page = page_tags(tx, "arn:", "arn:a", "k", 10);
        ASSERT_EQ(page.size(), 2U);
        EXPECT_EQ(page[0].key, "l");
        EXPECT_TRUE(page_tags(tx, "arn:%", "", "", 10).empty());  // no wildcards in prefixes
        insert_account(tx, "123456789012", "main", 1);
        insert_account(tx, "123456789012", "main", 1);
        insert_access_key(tx, {.access_key_id = "AKIA",
                               .secret_access_key = "s",
                               .account = "123456789012",
                               .principal_arn = "p",
                               .user_id = "u"});
        EXPECT_EQ(find_access_key(tx, "AKIA")->secret_access_key, "s");
        EXPECT_EQ(access_keys_of(tx, "123456789012", "u").at(0).access_key_id, "AKIA");
        set_access_key_active(tx, "AKIA", false);
        EXPECT_FALSE(find_access_key(tx, "AKIA")->is_active);
        EXPECT_FALSE(find_access_key(tx, "other"));
    });
}

}  // namespace
}  // namespace goldsmith::state
