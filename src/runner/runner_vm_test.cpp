// goldsmith-runner as an engine starts it, with virtual machines: a whole build and its test stage.
// Several boots, so `./dev test --all` runs it.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/process.h"
#include "instances/vm/vm_driver.h"
#include "runner/run_world.h"

namespace goldsmith::runner {
namespace {

using namespace std::chrono_literals;
using api::runner::Command;
using api::runner::CommandKind;
using api::runner::InstanceState;
using api::runner::Outcome;

const base::Path kBin = base::Path(GOLDSMITH_BINARY_DIR) / "bin";

class RunnerVm : public testing::Test {
protected:
    void SetUp() override {
        const char* all = std::getenv("GOLDSMITH_TEST_ALL");
        if (all == nullptr || std::string(all) != "yes") {
            GTEST_SKIP() << "boots machines: ./dev test --all runs it";
        }
        if (const auto reason = instances::VmDriver().unavailable()) {
            GTEST_SKIP() << *reason;
        }
        const base::Path disk = base::Path(GOLDSMITH_BINARY_DIR) / "guest" / "base.raw";
        if (!std::filesystem::exists(disk)) {
            GTEST_SKIP() << "there is no " << disk << ": the test guest_vm_disk makes it";
        }
        world_ = std::make_unique<RunWorld>(disk, api::runner::Driver::vm);
        world_->spec().agent_program = (kBin / "toe").string();
        world_->spec().disk_size_gib = 8;
        world_->spec().user_data = "#!/bin/sh\necho user data ran > /srv/user-data\n";
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

    std::string runner_log() {
        return base::read_file_if_exists(world_->run_directory() / "runner.log").value_or("");
    }

    std::unique_ptr<RunWorld> world_;
};

TEST_F(RunnerVm, BuildsSnapshotsAndTheSnapshotHoldsTheWork) {
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
    EXPECT_EQ(world_->log().find("did not shut down by itself"), std::string::npos);
    std::printf("stopped in %lld ms, ingested in %lld ms, %lld blocks read, %lld new chunks\n",
                static_cast<long long>(taken.snapshot->stop_milliseconds),
                static_cast<long long>(taken.snapshot->ingest_milliseconds),
                static_cast<long long>(taken.snapshot->blocks_read),
                static_cast<long long>(taken.snapshot->new_chunks));
    world_->send(command("end", CommandKind::terminate));
    const auto ended = runner.wait_for(60s);
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->success()) << ended->describe() << runner_log();
    EXPECT_EQ(world_->state()->state, InstanceState::terminated);

    // The test stage: a fresh instance from the new snapshot.
    base::remove_tree(world_->run_directory());
    base::make_directories(world_->run_directory());
    world_->spec().parent_snapshot = "snap-0123456789abcdef0";
    world_->spec().purpose = api::runner::RunPurpose::test;
    world_->spec().user_data.reset();
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
    EXPECT_TRUE(tester.wait_for(60s).has_value());
}

TEST_F(RunnerVm, ALaterBuildGoesOnFromTheMachineThatTheFirstSaved) {
    std::int64_t cold_milliseconds = 0;
    {
        base::Child first = start();
        cold_milliseconds = *world_->wait_state(InstanceState::running).boot_milliseconds;
        world_->send(command("end", CommandKind::terminate));
        ASSERT_TRUE(first.wait_for(60s).has_value());
    }
    EXPECT_EQ(base::list_directory(world_->data() / "machines").size(), 1U) << runner_log();
    base::remove_tree(world_->run_directory());
    base::make_directories(world_->run_directory());
    world_->spec().run_id = "fedcba9876543210fedcba98";
    world_->write_spec();
    base::Child second = start();
    const auto resumed = world_->wait_state(InstanceState::running);
    std::printf("cold %lld ms, warm %lld ms\n", static_cast<long long>(cold_milliseconds),
                static_cast<long long>(*resumed.boot_milliseconds));
    EXPECT_LT(*resumed.boot_milliseconds, cold_milliseconds / 2);
    EXPECT_EQ(runner_log().find("lacks something"), std::string::npos) << runner_log();
    const auto build = run(execute("build", {"build", "validate"}));
    EXPECT_EQ(build.outcome, Outcome::succeeded) << build.message.value_or("") << world_->log();
    world_->send(command("end", CommandKind::terminate));
    EXPECT_TRUE(second.wait_for(60s).has_value());
}

}  // namespace
}  // namespace goldsmith::runner
