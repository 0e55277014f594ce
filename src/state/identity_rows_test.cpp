// Rows of identity: names without case, what goes with an entity, and the generation.
#include <gtest/gtest.h>

#include "base/files.h"
#include "db/database.h"
#include "db/error.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/iam_policies.h"
#include "state/migrations.h"
#include "state/sessions.h"

namespace goldsmith::state {
namespace {

class IdentityRowsTest : public testing::Test {
protected:
    IdentityRowsTest()
        : database_(
              db::sqlite::open({.path = (folder_.path() / "g.db").string(), .durable = false})) {
        db::migrate(*database_, migrations());
    }

    static IamEntity insert(db::Connection& connection, IamKind kind, const std::string& name,
                            const std::string& path = "/") {
        IamEntity entity{.account = "123456789012",
                         .kind = kind,
                         .name = name,
                         .path = path,
                         .unique_id = "ID" + std::string(to_string(kind)) + name};
        insert_iam_entity(connection, entity);
        return entity;
    }

    base::TempDir folder_;
    std::unique_ptr<db::Database> database_;
};

TEST_F(IdentityRowsTest, EntitiesAreFoundWhateverTheirCase) {
    database_->write([](db::Transaction& tx) {
        const auto user = insert(tx, IamKind::user, "Alice", "/team/");
        EXPECT_EQ(user.arn(), "arn:aws:iam::123456789012:user/team/Alice");
        EXPECT_EQ(find_iam_entity(tx, "123456789012", IamKind::user, "aLICE")->name, "Alice");
        EXPECT_FALSE(find_iam_entity(tx, "210987654321", IamKind::user, "Alice"));
        EXPECT_FALSE(find_iam_entity(tx, "123456789012", IamKind::role, "Alice"));
        EXPECT_TRUE(find_iam_entity_by_arn(tx, user.arn()));
        for (const char* arn :
             {"arn:aws:iam::123456789012:user/Alice", "arn:aws:iam::1:user",
              "arn:aws:iam::123456789012:robot/team/Alice", "", "arn:aws:iam::"}) {
            EXPECT_FALSE(find_iam_entity_by_arn(tx, arn)) << arn;
        }
        insert(tx, IamKind::user, "bob");
        EXPECT_EQ(page_iam_entities(tx, "123456789012", IamKind::user, "/", "alice", 9).size(), 1U);
        EXPECT_EQ(page_iam_entities(tx, "123456789012", IamKind::user, "/team/", "", 9).size(), 1U);
        EXPECT_EQ(count_iam_entities(tx, "123456789012", IamKind::user), 2);
    });
    EXPECT_THROW(database_->write([](db::Transaction& tx) { insert(tx, IamKind::user, "ALICE"); }),
                 db::Error);
}

TEST_F(IdentityRowsTest, WhatHangsOnAnEntityGoesWithIt) {
    database_->write([](db::Transaction& tx) {
        const auto group = insert(tx, IamKind::group, "g");
        const auto user = insert(tx, IamKind::user, "u");
        add_iam_member(tx, group.unique_id, user.unique_id);
        add_iam_member(tx, group.unique_id, user.unique_id);
        EXPECT_EQ(iam_members_of(tx, group.unique_id).size(), 1U);
        EXPECT_EQ(iam_containers_of(tx, user.unique_id, IamKind::group).at(0).name, "g");
        put_inline_policy(tx, user.unique_id, {"p", "{}"});
        put_inline_policy(tx, user.unique_id, {"p", "{1}"});
        EXPECT_EQ(inline_policies_of(tx, user.unique_id).at(0).document, "{1}");
        attach_policy(tx, user.unique_id, "arn:p");
        EXPECT_EQ(entities_with_policy(tx, "123456789012", "arn:p").size(), 1U);
        EXPECT_TRUE(entities_with_policy(tx, "210987654321", "arn:p").empty());
        erase_iam_entity(tx, user);
        EXPECT_TRUE(iam_members_of(tx, group.unique_id).empty());
        EXPECT_TRUE(inline_policies_of(tx, user.unique_id).empty());
        EXPECT_TRUE(attached_policies_of(tx, user.unique_id).empty());
    });
}

TEST_F(IdentityRowsTest, AManagedPolicyHasOneDefaultVersion) {
    database_->write([](db::Transaction& tx) {
        const auto policy = insert(tx, IamKind::policy, "p");
        insert_policy_version(tx, policy.unique_id, {1, true, "one", 0});
        insert_policy_version(tx, policy.unique_id, {2, false, "two", 0});
        EXPECT_EQ(default_policy_document(tx, policy.arn()), "one");
        set_default_policy_version(tx, policy.unique_id, 2);
        EXPECT_EQ(default_policy_document(tx, policy.arn()), "two");
        erase_policy_version(tx, policy.unique_id, 1);
        EXPECT_EQ(policy_versions_of(tx, policy.unique_id).size(), 1U);
        EXPECT_FALSE(default_policy_document(tx, "arn:aws:iam::123456789012:policy/other"));
    });
}

TEST_F(IdentityRowsTest, TheGenerationGrowsAndSessionsExpire) {
    database_->write([](db::Transaction& tx) {
        const auto before = identity_generation(tx);
        touch_identities(tx);
        EXPECT_GT(identity_generation(tx), before);
        insert_session(tx, {.access_key_id = "ASIA", .session_token = "t", .expires_ms = 10});
        erase_expired_sessions(tx, 10);
        EXPECT_EQ(find_session(tx, "ASIA")->session_token, "t");
        erase_expired_sessions(tx, 11);
        EXPECT_FALSE(find_session(tx, "ASIA"));
    });
}

}  // namespace
}  // namespace goldsmith::state
