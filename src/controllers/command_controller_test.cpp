#include "controllers/command_controller.h"

#include <boost/json.hpp>

#include "api/generated/ssm/commands_json.h"
#include "controllers/controller_fixture.h"
#include "db/database.h"
#include "state/commands.h"

namespace goldsmith::controllers {
namespace {

namespace json = boost::json;
using state::InvocationRow;

constexpr auto one = "i-00000000000000001";
const state::Scope scope{"123456789012", "us-east-1"};

class CommandControllerTest : public ControllerFixture {
protected:
    CommandControllerTest() {
        insert_instance(one);
        turn();
    }

    void send(const std::string& id, const std::string& timeout = "60") {
        api::ssm::Command command;
        command.parameters =
            std::map<std::string, std::vector<std::string>>{{"commands", {"echo one", "echo two"}},
                                                            {"executionTimeout", {timeout}},
                                                            {"workingDirectory", {"/srv"}}};
        const std::int64_t now = clock_.now().time_since_epoch().count();
        database_->write([&](db::Transaction& transaction) {
            state::insert_command(transaction, {.command_id = id,
                                                .scope = scope,
                                                .requested_ms = now,
                                                .expires_ms = now + 60'000,
                                                .body = json::serialize(to_json(command))});
            state::insert_invocation(
                transaction,
                {.command_id = id, .scope = scope, .instance_id = one, .requested_ms = now});
        });
    }
    InvocationRow invocation(const std::string& id) {
        return database_->read([&](db::Connection& connection) {
            return state::find_invocation(connection, id, one).value();
        });
    }
    void cancel(const std::string& id) {
        database_->write([&](db::Transaction& transaction) {
            auto row = state::find_invocation(transaction, id, one).value();
            row.is_cancelled = true;
            row.status = row.status_details = "Cancelling";
            state::update_invocation(transaction, row);
        });
    }
    static api::runner::CommandResult printed(std::optional<int> exit_code,
                                              const std::string& output,
                                              const std::string& errors = {}) {
        api::runner::CommandResult result;
        result.outcome = exit_code ? api::runner::Outcome::succeeded : api::runner::Outcome::failed;
        result.script.emplace();
        result.script->exit_code = exit_code;
        result.script->output = output;
        result.script->errors = errors;
        return result;
    }
};

TEST_F(CommandControllerTest, HandsTheScriptOverAndTakesItsResult) {
    api::runner::Command seen;
    execute_ = [&](const api::runner::Command& command) {
        seen = command;
        return printed(0, "one\ntwo\n");
    };
    send("a");
    turn();
    turn();
    EXPECT_EQ(seen.run_script->script, "echo one\necho two\n");
    EXPECT_EQ(seen.run_script->working_directory, "/srv");
    EXPECT_EQ(seen.timeout_seconds, 60);
    EXPECT_EQ(seen.run_script->environment->at("AWS_SSM_INSTANCE_ID"), one);
    const auto done = invocation("a");
    EXPECT_EQ(done.status, "Success");
    EXPECT_EQ(done.response_code, 0);
    EXPECT_EQ(done.standard_output, "one\ntwo\n");
    EXPECT_TRUE(done.ended_ms);
}

TEST_F(CommandControllerTest, AnExitCodeIsAFailure) {
    execute_ = [&](const auto&) { return printed(7, "", "no such host\n"); };
    send("a");
    turn();
    turn();
    EXPECT_EQ(invocation("a").status, "Failed");
    EXPECT_EQ(invocation("a").response_code, 7);
    EXPECT_EQ(invocation("a").standard_error, "no such host\n");
}

TEST_F(CommandControllerTest, CutsWhatIsTooLongAtAWholeCharacter) {
    execute_ = [&](const auto&) {
        std::string text;
        while (text.size() < 24'000) {
            text += "\xC3\xA9";
        }
        auto result = printed(0, text);
        result.script->output_cut = true;
        return result;
    };
    send("a");
    turn();
    turn();
    const std::string output = invocation("a").standard_output;
    EXPECT_LE(output.size(), 24'000U);
    EXPECT_TRUE(output.ends_with("\xC3\xA9\n---Output truncated---")) << output.substr(23'900);
}

TEST_F(CommandControllerTest, IsExecutedOnceHoweverOftenTheDaemonDies) {
    execute_ = [](const auto&) { return std::nullopt; };
    send("a");
    for (int i = 0; i < 4; ++i) {
        turn();
        restart_daemon();
    }
    EXPECT_EQ(executed_.size(), 1U);
    EXPECT_EQ(invocation("a").status, "InProgress");
}

TEST_F(CommandControllerTest, ACommandOfADeadRunnerHasFailed) {
    execute_ = [](const auto&) { return std::nullopt; };
    send("a");
    turn();
    engine_.kill(run_of(one));
    turn();
    EXPECT_EQ(invocation("a").status, "Failed");
    EXPECT_EQ(invocation("a").status_details, "Terminated");
}

TEST_F(CommandControllerTest, IsNotDeliveredToAMachineThatIsOff) {
    change_row(one, [](state::InstanceRow& row) { row.is_ready = false; });
    boots_ = false;
    engine_.kill(run_of(one));
    send("a");
    turn();
    EXPECT_EQ(invocation("a").status, "Pending");
    clock_.advance(std::chrono::seconds(61));
    turn();
    EXPECT_EQ(invocation("a").status, "TimedOut");
    EXPECT_EQ(invocation("a").status_details, "DeliveryTimedOut");
    EXPECT_TRUE(executed_.empty());
}

TEST_F(CommandControllerTest, CancelsWhatIsUnderWay) {
    execute_ = [](const auto&) { return std::nullopt; };
    send("a");
    turn();
    cancel("a");
    turn();
    ASSERT_EQ(executed_.size(), 2U);
    EXPECT_EQ(executed_[1], "cancel-" + executed_[0]);
}

TEST_F(CommandControllerTest, SaysHowItEnded) {
    const auto end = [&](bool timed_out, bool cancelled) {
        execute_ = [=](const auto&) {
            auto result = printed(std::nullopt, "so far\n");
            result.script->timed_out = timed_out;
            result.script->cancelled = cancelled;
            result.message = "what happened";
            return result;
        };
        const std::string id = std::to_string(timed_out) + std::to_string(cancelled);
        send(id);
        turn();
        turn();
        const auto done = invocation(id);
        EXPECT_EQ(done.standard_output, "so far\n");
        return done.status + " " + done.status_details + " " + std::to_string(done.response_code) +
               " " + done.standard_error;
    };
    EXPECT_EQ(end(true, false), "TimedOut ExecutionTimedOut 137 ");
    EXPECT_EQ(end(false, true), "Cancelled Cancelled 137 ");
    EXPECT_EQ(end(false, false), "Failed Failed -1 what happened");
}

TEST_F(CommandControllerTest, CommandsOfAnInstanceKeepTheirOrder) {
    execute_ = [](const auto&) { return std::nullopt; };
    for (int i = 0; i < 12; ++i) {
        send("command-" + std::to_string(i));
    }
    turn();
    ASSERT_EQ(executed_.size(), 12U);
    EXPECT_TRUE(std::is_sorted(executed_.begin(), executed_.end()));
}

TEST_F(CommandControllerTest, ForgetsWhatIsOld) {
    execute_ = [&](const auto&) { return printed(0, ""); };
    send("a");
    turn();
    turn();
    clock_.advance(std::chrono::hours(24 * 31));
    turn();
    EXPECT_THROW(invocation("a"), std::bad_optional_access);
}

}  // namespace
}  // namespace goldsmith::controllers
