// Credentials of instances: given, renewed, refused, ended, and nothing forgotten by a restart.
#include "daemon/instance_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>

#include "api/generated/runner/run_json.h"
#include "base/random.h"
#include "daemon/data_directory.h"
#include "daemon/database.h"
#include "db/database.h"
#include "state/iam_entities.h"
#include "state/sessions.h"

namespace goldsmith::daemon {
namespace {

namespace json = boost::json;
namespace model = api::runner;
using namespace std::chrono_literals;

constexpr const char* account = "123456789012";
constexpr const char* run_id = "0123456789abcdef01234567";

class InstanceCredentialsTest : public testing::Test {
protected:
    InstanceCredentialsTest() {
        base::make_directories(layout_.runs() / run_id);
        model::RunSpec spec;
        spec.run_id = run_id;
        spec.instance_id = "i-0123456789abcdef0";
        spec.account_id = account;
        spec.vcpus = spec.memory_mib = spec.disk_size_gib = 1;
        model::MetadataFacts facts;
        facts.role_name = "builder";
        spec.metadata = facts;
        write("spec.json", json::serialize(model::to_json(spec)));
    }

    void write(const char* name, const std::string& text) {
        base::write_file_atomically(layout_.runs() / run_id / name, text);
    }
    void make_role(const std::string& service) {
        database_->write([&](db::Transaction& transaction) {
            const std::string trust =
                R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":")" +
                service + R"("},"Action":"sts:AssumeRole"}})";
            state::IamEntity role{.account = account,
                                  .kind = state::IamKind::role,
                                  .name = "builder",
                                  .unique_id = "AROAEXAMPLE",
                                  .body = json::serialize(json::object{{"trust", trust}})};
            state::insert_iam_entity(transaction, role);
        });
    }
    std::unique_ptr<CredentialWork> work() {
        return std::make_unique<CredentialWork>(*database_, random_, clock_, layout_.runs(),
                                                base::Logger());
    }
    std::optional<model::RoleCredentials> given() {
        const auto text = base::read_file_if_exists(layout_.runs() / run_id / "credentials.json");
        if (!text) {
            return std::nullopt;
        }
        model::RoleCredentials credentials;
        model::from_json(json::parse(*text).as_object(), credentials);
        return credentials;
    }
    std::optional<state::Session> session(const std::string& key) {
        return database_->read(
            [&](db::Connection& connection) { return state::find_session(connection, key); });
    }

    base::TempDir folder_;
    DataLayout layout_{folder_.path()};
    std::unique_ptr<db::Database> database_ = open_database(layout_);
    base::SystemRandom random_;
    base::FakeClock clock_{*base::parse_iso8601("2026-11-25T22:00:00Z")};
};

TEST_F(InstanceCredentialsTest, AreGivenRenewedAndEndWithTheRun) {
    make_role("ec2.amazonaws.com");
    const auto one = work();
    one->turn();
    const auto first = given();
    ASSERT_TRUE(first && first->access_key_id);
    const auto made = session(*first->access_key_id);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->principal_arn,
              "arn:aws:sts::123456789012:assumed-role/builder/i-0123456789abcdef0");
    EXPECT_EQ(made->session_token, first->session_token);
    struct stat facts {};
    ASSERT_EQ(::stat((layout_.runs() / run_id / "credentials.json").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    clock_.advance(1h);
    one->turn();
    work()->turn();  // a daemon that has just started
    EXPECT_EQ(given()->access_key_id, first->access_key_id) << "they are good for long enough";
    clock_.advance(2h + 1min);
    one->turn();
    const auto second = given();
    EXPECT_NE(second->access_key_id, first->access_key_id);
    EXPECT_TRUE(session(*first->access_key_id)) << "a client may still use it";
    model::RunState state;
    state.state = model::InstanceState::terminated;
    write("state.json", json::serialize(model::to_json(state)));
    one->turn();
    EXPECT_FALSE(session(*first->access_key_id));
    EXPECT_FALSE(session(*second->access_key_id));
    EXPECT_FALSE(given());
    one->turn();
    EXPECT_FALSE(given()) << "nothing for the dead";
}

TEST_F(InstanceCredentialsTest, ARunThatHasJustBegunIsLookedAtAgain) {
    make_role("ec2.amazonaws.com");
    const base::Path specification = layout_.runs() / run_id / "spec.json";
    const base::Path later = layout_.runs() / run_id / "later.json";
    std::filesystem::rename(specification, later);
    const auto one = work();
    EXPECT_TRUE(one->turn());
    EXPECT_FALSE(given());
    std::filesystem::rename(later, specification);
    EXPECT_FALSE(one->turn());
    EXPECT_TRUE(given());
}

TEST_F(InstanceCredentialsTest, ARunThatWentWhileNobodyLookedIsFound) {
    make_role("ec2.amazonaws.com");
    work()->turn();
    const auto key = given()->access_key_id.value();
    base::remove_tree(layout_.runs() / run_id);
    work()->turn();
    EXPECT_FALSE(session(key));
}

TEST_F(InstanceCredentialsTest, ARoleThatDoesNotTrustInstancesGivesAReason) {
    make_role("imagebuilder.amazonaws.com");
    work()->turn();
    ASSERT_TRUE(given());
    EXPECT_FALSE(given()->access_key_id);
    EXPECT_THAT(given()->problem.value(), testing::HasSubstr("does not let ec2.amazonaws.com"));
}

}  // namespace
}  // namespace goldsmith::daemon
