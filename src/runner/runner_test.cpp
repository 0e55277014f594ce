// The runner over fake instances: everything but the machine is real (run directory, store,
// overlay, log).
#include "runner/runner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "base/process.h"
#include "instances/fake/fake_driver.h"
#include "runner/run_world.h"

namespace goldsmith::runner {
namespace {

using api::runner::Command;
using api::runner::CommandKind;
using api::runner::InstanceState;
using api::runner::Outcome;

/// 1 MiB of ext superblock and nothing else: enough to be taken for a root file system.
base::Path make_disk(const base::TempDir& folder) {
    const base::Path path = folder.path() / "disk.raw";
    const base::Fd file = base::open_file(path, O_WRONLY | O_CREAT);
    std::string bytes(1 << 20, '\0');
    bytes[1080] = '\x53';
    bytes[1081] = '\xef';
    base::write_all(file.get(), bytes);
    return path;
}

std::string summary(const std::string& status, int failed) {
    return R"({"executionId": "e", "status": ")" + status + R"(", "failedStepCount": )" +
           std::to_string(failed) +
           R"(, "executedStepCount": 2, "ignoredFailedStepCount": 0, "failureMessage": "", "logUrl": "/log"})";
}

bool is_toe_run(const guest::ExecRequest& request) {
    return request.argv.size() > 1 && request.argv[0] == instances::kAgentProgram &&
           request.argv[1] == "run";
}

class RunnerTest : public testing::Test {
protected:
    void SetUp() override {
        if (!base::find_program("qemu-img")) {
            GTEST_SKIP() << "qemu-img (Debian package qemu-utils) is missing";
        }
        world_ = std::make_unique<RunWorld>(make_disk(folder_), api::runner::Driver::fake);
    }

    /// A runner in this process, which ends with the commands given and then terminate.
    void run(instances::FakeProgram program, std::vector<Command> commands,
             bool never_ready = false) {
        world_->write_spec();
        RunDirectory directory(world_->run_directory());
        for (const Command& command : commands) {
            world_->send(command);
        }
        instances::FakeDriver driver(std::move(program));
        driver.never_ready = never_ready;
        if (never_ready) {
            Runner(directory, driver, {}).run();
            return;
        }
        std::thread ender([&] {
            try {
                for (const Command& command : commands) {
                    world_->wait_result(command.id);
                }
            } catch (const base::Error&) {
                // The expectations below say what is missing.
            }
            Command end;
            end.id = "z-end";
            end.kind = CommandKind::terminate;
            world_->send(end);
        });
        Runner(directory, driver, {}).run();
        ender.join();
    }

    static Command execute(const std::string& id) {
        Command command;
        command.id = id;
        command.kind = CommandKind::execute_documents;
        command.execute_documents.emplace();
        command.execute_documents->phases = {"build", "validate"};
        command.execute_documents->documents.push_back({"arn:web", "web", "name: web\n", {}});
        return command;
    }

    base::TempDir folder_;
    std::unique_ptr<RunWorld> world_;
};

TEST_F(RunnerTest, ExecutesDocumentsAndTerminates) {
    std::string seen_document;
    run(
        [&](const guest::ExecRequest& request,
            instances::FakeFiles& files) -> instances::FakeOutput {
            if (!is_toe_run(request)) {
                return instances::fake_shell(request, files);
            }
            seen_document = files["/run/goldsmith-documents/1.yaml"];
            files["/log/detailedoutput.json"] = "{}";
            return {0, summary("success", 0), "Step One\nCmdExecution: Stdout: hello\n"};
        },
        {execute("a")});
    const auto result = world_->result("a");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, Outcome::succeeded) << result->message.value_or("");
    EXPECT_EQ(result->executed->executed_step_count, 2);
    EXPECT_EQ(result->executed->detailed_output, "{}");
    EXPECT_EQ(seen_document, "name: web\n");
    EXPECT_NE(world_->log().find("CmdExecution: Stdout: hello\n"), std::string::npos)
        << world_->log();
    EXPECT_EQ(world_->state()->state, InstanceState::terminated);
    EXPECT_EQ(world_->result("z-end")->outcome, Outcome::succeeded);
    EXPECT_FALSE(std::filesystem::exists(world_->run_directory() / "disk.qcow2"));
}

TEST_F(RunnerTest, PutsWhatDocumentsMayRunByArnBesideThem) {
    std::string index;
    std::string document;
    std::vector<std::string> environment;
    Command command = execute("a");
    command.execute_documents->nested = {{"arn:deep/x.x.x", "arn:deep/1.0.0/1", "name: deep\n"}};
    run(
        [&](const guest::ExecRequest& request,
            instances::FakeFiles& files) -> instances::FakeOutput {
            if (!is_toe_run(request)) {
                return instances::fake_shell(request, files);
            }
            environment = request.env;
            index = files["/run/goldsmith-documents/nested.json"];
            document = files["/run/goldsmith-documents/nested/1.yaml"];
            files["/log/detailedoutput.json"] = "{}";
            return {0, summary("success", 0), ""};
        },
        {command});
    EXPECT_EQ(document, "name: deep\n");
    EXPECT_EQ(index, R"({"arn:deep/x.x.x":{"arn":"arn:deep/1.0.0/1",)"
                     R"("file":"/run/goldsmith-documents/nested/1.yaml"}})");
    EXPECT_NE(std::find(environment.begin(), environment.end(),
                        "TOE_COMPONENTS=/run/goldsmith-documents/nested.json"),
              environment.end());
}

TEST_F(RunnerTest, NamesTheFailedStepAndItsLastLines) {
    run(
        [&](const guest::ExecRequest& request,
            instances::FakeFiles& files) -> instances::FakeOutput {
            if (!is_toe_run(request)) {
                return instances::fake_shell(request, files);
            }
            files["/log/detailedoutput.json"] =
                R"({"documents": [{"filePath": "/run/goldsmith-documents/1.yaml", "status": "failed", "phases": [
                    {"name": "build", "status": "failed", "steps": [{"name": "Install", "status": "failed",
                     "action": "ExecuteBash", "failureMessage": "exit status 100"}]}]}]})";
            return {1, summary("failed", 1),
                    "Step Install\nCmdExecution: Stdout: E: no such package\n"};
        },
        {execute("a")});
    const auto result = world_->result("a");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, Outcome::failed);
    EXPECT_EQ(result->message,
              "component web, phase build, step Install (ExecuteBash): exit status 100");
    EXPECT_EQ(result->failure->last_lines, std::vector<std::string>{"E: no such package"});
    EXPECT_EQ(result->failure->exit_code, 100);
}

TEST_F(RunnerTest, RestartsTheInstanceOnExitCode194AndRunsTheSameAgain) {
    int calls = 0;
    run(
        [&](const guest::ExecRequest& request,
            instances::FakeFiles& files) -> instances::FakeOutput {
            if (!is_toe_run(request)) {
                return instances::fake_shell(request, files);
            }
            return {++calls < 3 ? 194 : 0, calls < 3 ? "" : summary("success", 0), ""};
        },
        {execute("a")});
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(world_->result("a")->outcome, Outcome::succeeded);
    EXPECT_EQ(world_->result("a")->executed->reboots, 2);
}

TEST_F(RunnerTest, GivesUpOnEndlessRestarts) {
    run(
        [&](const guest::ExecRequest&, instances::FakeFiles&) {
            return instances::FakeOutput{194, "", ""};
        },
        {execute("a")});
    EXPECT_EQ(world_->result("a")->outcome, Outcome::failed);
    EXPECT_NE(world_->result("a")->message->find("15 restarts"), std::string::npos);
}

TEST_F(RunnerTest, DoesNotExecuteACommandThatHasAResult) {
    base::Mailbox(world_->run_directory() / "outbox")
        .put("a.json",
             R"({"id": "a", "outcome": "succeeded", "startTime": "2026-01-01T00:00:00.000Z",
                           "endTime": "2026-01-01T00:00:00.000Z", "message": "from before"})");
    int calls = 0;
    run(
        [&](const guest::ExecRequest&, instances::FakeFiles&) {
            ++calls;
            return instances::FakeOutput{0, "", ""};
        },
        {execute("a")});
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(world_->result("a")->message, "from before");
}

TEST_F(RunnerTest, MakesASnapshotOnceAndThenOnlyTerminates) {
    Command snapshot;
    snapshot.id = "b";
    snapshot.kind = CommandKind::create_snapshot;
    snapshot.create_snapshot.emplace();
    snapshot.create_snapshot->snapshot_id = "snap-0123456789abcdef0";
    run(instances::fake_shell, {snapshot, execute("c")});
    const auto result = world_->result("b");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, Outcome::succeeded) << result->message.value_or("");
    EXPECT_EQ(result->snapshot_id, "snap-0123456789abcdef0");
    EXPECT_EQ(result->snapshot->new_chunks, 0);
    EXPECT_TRUE(world_->region().has_snapshot(store::SnapshotId::parse("snap-0123456789abcdef0")));
    EXPECT_EQ(world_->result("c")->outcome, Outcome::failed);
    EXPECT_NE(world_->result("c")->message->find("only terminate"), std::string::npos);
}

TEST_F(RunnerTest, AnInstanceThatIsNeverReadyFailsWithItsConsole) {
    run(instances::fake_shell, {}, true);
    const auto state = world_->state();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->state, InstanceState::failed);
    EXPECT_NE(state->message->find("fake instance i-0123456789abcdef0 starts"), std::string::npos)
        << *state->message;
}

TEST_F(RunnerTest, AFailedInstanceIsKeptWhenAskedFor) {
    world_->spec().keep_on_failure = true;
    world_->spec().capsule_directory = (world_->data() / "capsules/i-1").string();
    run(instances::fake_shell, {}, true);
    EXPECT_TRUE(std::filesystem::exists(world_->data() / "capsules/i-1/disk.qcow2"));
    EXPECT_TRUE(std::filesystem::exists(world_->data() / "capsules/i-1/console.log"));
}

TEST_F(RunnerTest, ACommandThatCannotBeReadIsAnswered) {
    base::Mailbox(world_->run_directory() / "inbox").put("a.json", "{\"kind\": 3");
    Command metadata;
    metadata.id = "b";
    metadata.kind = CommandKind::collect_metadata;
    run(instances::fake_shell, {metadata});
    EXPECT_EQ(world_->result("a")->outcome, Outcome::failed);
    EXPECT_EQ(world_->result("b")->outcome, Outcome::succeeded);
}

TEST(LineCutter, CutsLinesHoweverTheyArrive) {
    LineCutter cutter;
    EXPECT_TRUE(cutter.feed("one").empty());
    EXPECT_EQ(cutter.feed(" two\r\nthree\nfo"), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(cutter.rest(), "fo");
    EXPECT_EQ(cutter.rest(), "");
}

}  // namespace
}  // namespace goldsmith::runner
