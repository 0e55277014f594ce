// goldsmith-runner as an engine starts it, with a real container: needs what the container driver's
// tests need.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "base/process.h"
#include "instances/container/container_driver.h"
#include "instances/container/test_disk.h"
#include "runner/run_world.h"

namespace goldsmith::runner {
namespace {

using namespace std::chrono_literals;
using api::runner::Command;
using api::runner::CommandKind;
using api::runner::InstanceState;
using api::runner::Outcome;

const base::Path kBin = base::Path(GOLDSMITH_BINARY_DIR) / "bin";

class RunnerContainer : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = instances::ContainerDriver().unavailable()) {
            GTEST_SKIP() << *reason;
        }
        if (!std::filesystem::exists(kBin / "toe")) {
            GTEST_SKIP() << "there is no " << kBin / "toe"
                         << ": build the target toe";
        }
        const instances::TestDisk disk = instances::test_disk();
        if (!disk.skip_reason.empty()) {
            GTEST_SKIP() << disk.skip_reason;
        }
        world_ = std::make_unique<RunWorld>(disk.path, api::runner::Driver::container);
        world_->spec().agent_program = (kBin / "toe").string();
        world_->write_spec();
    }

    base::Child start() {
        const base::Fd log = base::open_file(world_->run_directory() / "runner.log",
                                             O_WRONLY | O_CREAT | O_APPEND, 0600);
        base::SpawnOptions options;
        options.stdout_to = base::Stdio::from_fd(log.get());
        options.stderr_to = base::Stdio::from_fd(log.get());
        options.new_session = true;
        return base::spawn(
            {(kBin / "goldsmith-runner").string(), {world_->run_directory()}, {}, false, {}},
            options);
    }

    static Command command(const std::string& id, CommandKind kind) {
        Command command;
        command.id = id;
        command.kind = kind;
        return command;
    }

    static Command execute(const std::string& id, std::vector<std::string> phases) {
        Command wanted = command(id, CommandKind::execute_documents);
        wanted.execute_documents.emplace();
        wanted.execute_documents->phases = std::move(phases);
        wanted.execute_documents->documents.push_back({"arn:web", "web", kBuildDocument, {}});
        return wanted;
    }

    api::runner::CommandResult run(const Command& wanted) {
        world_->send(wanted);
        return world_->wait_result(wanted.id);
    }

    std::unique_ptr<RunWorld> world_;
};

TEST_F(RunnerContainer, BuildsSnapshotsAndTheSnapshotHoldsTheWork) {
    base::Child runner = start();
    const auto running = world_->wait_state(InstanceState::running);
    std::printf("ready after %lld ms\n",
                static_cast<long long>(running.boot_milliseconds.value_or(0)));
    const auto build = run(execute("build", {"build", "validate"}));
    EXPECT_EQ(build.outcome, Outcome::succeeded) << build.message.value_or("") << "\n"
                                                 << world_->log();
    EXPECT_EQ(build.executed->reboots, 1);
    EXPECT_NE(world_->log().find("hello from systemd"), std::string::npos) << world_->log();
    const auto metadata = run(command("metadata", CommandKind::collect_metadata));
    EXPECT_EQ(metadata.metadata->os_name, "Debian GNU/Linux");
    EXPECT_GT(metadata.metadata->packages.size(), 50U);
    const auto sanitized = run(command("sanitize", CommandKind::sanitize));
    EXPECT_EQ(sanitized.outcome, Outcome::succeeded) << sanitized.message.value_or("");
    Command snapshot = command("snapshot", CommandKind::create_snapshot);
    snapshot.create_snapshot.emplace();
    snapshot.create_snapshot->snapshot_id = "snap-0123456789abcdef0";
    const auto taken = run(snapshot);
    ASSERT_EQ(taken.outcome, Outcome::succeeded) << taken.message.value_or("");
    std::printf("stopped in %lld ms, ingested in %lld ms, %lld blocks read, %lld new chunks\n",
                static_cast<long long>(taken.snapshot->stop_milliseconds),
                static_cast<long long>(taken.snapshot->ingest_milliseconds),
                static_cast<long long>(taken.snapshot->blocks_read),
                static_cast<long long>(taken.snapshot->new_chunks));
    world_->send(command("end", CommandKind::terminate));
    const auto ended = runner.wait_for(30s);
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->success()) << ended->describe();
    EXPECT_EQ(world_->state()->state, InstanceState::terminated);

    // The test stage: a fresh instance from the new snapshot.
    base::remove_tree(world_->run_directory());
    base::make_directories(world_->run_directory());
    world_->spec().parent_snapshot = "snap-0123456789abcdef0";
    world_->write_spec();
    base::Child tester = start();
    const auto ready = world_->wait_state(InstanceState::running);
    std::printf("test instance ready after %lld ms\n",
                static_cast<long long>(ready.boot_milliseconds.value_or(0)));
    const auto test = run(execute("test", {"test"}));
    EXPECT_EQ(test.outcome, Outcome::failed);
    EXPECT_EQ(test.message, "component web, phase test, step Broken (ExecuteBash): exit status 7");
    ASSERT_TRUE(test.failure);
    EXPECT_EQ(test.failure->last_lines, (std::vector<std::string>{"page", "the reason"}));
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(tester.wait_for(30s).has_value());
}

TEST_F(RunnerContainer, TerminateEndsACommandThatRuns) {
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    Command sleeper = execute("sleep", {"build"});
    sleeper.execute_documents->documents[0].text =
        "name: s\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Sleep\n"
        "        action: ExecuteBash\n        inputs:\n          commands:\n            - sleep "
        "600\n";
    world_->send(sleeper);
    while (world_->log().find("Step Sleep") == std::string::npos) {
        ASSERT_FALSE(runner.wait_for(20ms)) << "the runner ended";
    }
    world_->send(command("end", CommandKind::terminate));
    const auto ended = runner.wait_for(60s);
    ASSERT_TRUE(ended);
    EXPECT_EQ(world_->result("sleep")->outcome, Outcome::failed);
    EXPECT_NE(world_->result("sleep")->message->find("cancelled"), std::string::npos);
    EXPECT_EQ(world_->state()->state, InstanceState::terminated);
}

Command shell_step(const std::string& id, const std::string& script) {
    Command wanted;
    wanted.id = id;
    wanted.kind = CommandKind::execute_documents;
    wanted.execute_documents.emplace();
    wanted.execute_documents->phases = {"build"};
    wanted.execute_documents->documents.push_back(
        {"arn:x",
         "x",
         "name: x\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Only\n"
         "        action: ExecuteBash\n        inputs:\n          commands:\n            - " +
             script + "\n",
         {}});
    return wanted;
}

TEST_F(RunnerContainer, TheGuestHasItsMetadataAndNothingBeyondItsNetwork) {
    api::runner::MetadataFacts facts;
    facts.image_id = "ami-0123456789abcdef0";
    facts.availability_zone = "us-east-1a";
    world_->spec().metadata = facts;
    world_->spec().network.emplace();
    world_->spec().network->name = "build";
    world_->spec().network->mode = api::runner::NetworkMode::nat;
    world_->spec().network->egress.emplace(1);
    world_->write_spec();
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    const auto asked = run(
        shell_step("metadata",
                   "exec 3<>/dev/tcp/169.254.169.254/80 && printf 'GET /latest/meta-data/ami-id "
                   "HTTP/1.0\\r\\n\\r\\n' >&3 && grep ami-0123456789abcdef0 <&3"));
    EXPECT_EQ(asked.outcome, Outcome::succeeded) << asked.message.value_or("") << world_->log();
    const auto refused = run(shell_step("egress", "exec 3<>/dev/tcp/203.0.113.7/443"));
    EXPECT_EQ(refused.outcome, Outcome::failed);
    EXPECT_NE(world_->log().find("egress to 203.0.113.7:443/tcp refused by network `build`"),
              std::string::npos)
        << world_->log();
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(runner.wait_for(30s).has_value());
}

TEST_F(RunnerContainer, AfterATimeoutTheNextCommandWorks) {
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    Command slow = shell_step("slow", "sleep 600");
    slow.timeout_seconds = 2;
    EXPECT_EQ(run(slow).message, "it did not end within 2 seconds and was stopped");
    const auto next = run(command("metadata", CommandKind::collect_metadata));
    EXPECT_EQ(next.outcome, Outcome::succeeded) << next.message.value_or("");
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(runner.wait_for(30s).has_value());
}

TEST_F(RunnerContainer, ALargerDiskIsThereForTheGuest) {
    world_->spec().disk_size_gib = 5;  // the parent has 2
    world_->write_spec();
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    const auto result =
        run(shell_step("space", "test $(df --output=avail -BG / | tail -1 | tr -dc 0-9) -ge 3"));
    EXPECT_EQ(result.outcome, Outcome::succeeded)
        << result.message.value_or("") << base::read_file(world_->run_directory() / "runner.log");
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(runner.wait_for(30s).has_value());
}

TEST_F(RunnerContainer, AnInstanceThatRestartsByItselfIsExplained) {
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    const auto result = run(shell_step("reboot", "systemctl reboot; sleep 60"));
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_NE(result.message->find("went down or restarted by itself"), std::string::npos)
        << *result.message;
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(runner.wait_for(30s).has_value());
}

TEST_F(RunnerContainer, AKilledRunnerLeavesNoProcess) {
    base::Child runner = start();
    world_->wait_state(InstanceState::running);
    runner.signal_group(SIGKILL);
    runner.wait();
    std::string left;
    for (int i = 0; i < 400; ++i) {
        left.clear();
        for (const std::string& name : base::list_directory("/proc")) {
            std::string line;
            try {
                line = base::read_file("/proc/" + name + "/cmdline", 1 << 20);
            } catch (const base::SystemError&) {
                continue;  // no process, or one that has just ended
            }
            if (line.find(world_->run_directory().string()) != std::string::npos) {
                left += name + " ";
            }
        }
        if (left.empty()) {
            break;
        }
        ::usleep(25'000);
    }
    EXPECT_EQ(left, "");
}

}  // namespace
}  // namespace goldsmith::runner
