// What is remembered of callers: a change shows from the moment at which it is committed, whoever
// made it and however many calls are under way.
#include "service/authorization/identities.h"

#include <atomic>
#include <thread>

#include "db/database.h"
#include "db/sqlite/sqlite_driver.h"
#include "service/authorization/identity_fixture.h"
#include "state/credentials.h"
#include "state/iam_entities.h"

namespace goldsmith::service {
namespace {

constexpr const char* arn = "arn:aws:imagebuilder:us-east-1:123456789012:component/c/1.0.0/1";

class IdentitiesTest : public IdentityFixture {
protected:
    void set_status(const std::string& user, const std::string& key, const char* status) {
        act_as_root();
        iam("UpdateAccessKey", {{"UserName", user}, {"AccessKeyId", key}, {"Status", status}});
    }
    std::string get_component() {
        return error_of("GetComponent", {{"componentBuildVersionArn", arn}}).substr(0, 12);
    }
};

TEST_F(IdentitiesTest, ReadsNothingTwiceWhileNothingChanges) {
    const auto key = make_user("alice");
    const auto first = identities_.find(key);
    EXPECT_EQ(identities_.find(key), first);
    create_component("unrelated");  // a commit that changes no identity
    EXPECT_EQ(identities_.find(key), first);
}

TEST_F(IdentitiesTest, AKeyThatWasRevokedOpensNothingFromThenOn) {
    const auto key = make_user("alice");
    for (int round = 0; round < 30; ++round) {
        set_status("alice", key, "Inactive");
        ASSERT_FALSE(identities_.find(key)) << round;
        set_status("alice", key, "Active");
        ASSERT_TRUE(identities_.find(key)) << round;
    }
    iam("DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}});
    EXPECT_FALSE(identities_.find(key));
}

TEST_F(IdentitiesTest, APolicyThatWasTakenAwayAllowsNothingFromThenOn) {
    const auto key = make_user("alice");
    const auto allowing = policy("imagebuilder:GetComponent");
    for (int round = 0; round < 20; ++round) {
        act_as_root();
        put_user_policy("alice", allowing);
        act_as(key);
        ASSERT_EQ(get_component(), "ResourceNotF") << round;  // allowed, but there is none
        act_as_root();
        iam("DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "inline"}});
        act_as(key);
        ASSERT_EQ(get_component(), "AccessDenied") << round;
    }
}

// As `goldsmith account` does while a server runs.
TEST_F(IdentitiesTest, AChangeByAnotherProcessShowsAtOnce) {
    const auto elsewhere =
        db::sqlite::open({.path = (folder_.path() / "goldsmith.db").string(), .durable = false});
    const std::string key = std::string("AKIAROOT") + own;
    for (int round = 0; round < 20; ++round) {
        ASSERT_TRUE(identities_.find(key));
        elsewhere->write([&](db::Transaction& transaction) {
            state::erase_access_key(transaction, key);
            state::touch_identities(transaction);
        });
        ASSERT_FALSE(identities_.find(key)) << round;
        elsewhere->write([&](db::Transaction& transaction) {
            state::insert_access_key(transaction,
                                     {.access_key_id = key,
                                      .secret_access_key = "secret",
                                      .account = own,
                                      .principal_arn = std::string("arn:aws:iam::") + own + ":root",
                                      .user_id = own,
                                      .created_ms = 1});
            state::touch_identities(transaction);
        });
    }
}

TEST_F(IdentitiesTest, NoneOfManyThreadsSeesARevokedKey) {
    constexpr int rounds = 30;
    const auto key = make_user("alice");
    // Even: active; odd: revoked for certain; -1: being changed.
    std::atomic<int> phase = 0;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t) {
        callers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const int before = phase;
                const bool found = identities_.find(key) != nullptr;
                if (before >= 0 && phase == before && found != (before % 2 == 0)) {
                    ++wrong;
                }
            }
        });
    }
    for (int round = 1; round <= rounds; ++round) {
        phase = -1;
        set_status("alice", key, round % 2 == 0 ? "Active" : "Inactive");
        phase = round;
        create_component("made-" + std::to_string(round));  // commits that change no identity
    }
    callers.clear();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace goldsmith::service
