#include "engines/local/local_engine.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdlib>

#include "engines/engine_conformance.h"

namespace goldsmith::engines {
namespace {

/// A runner as the conformance suite wants it, in shell: the lock is held by flock(1)'s descriptor.
constexpr const char* test_runner = R"(#!/bin/bash
cd "$1" || exit 1
exec 9<>lock
flock 9
set -- $(cut -d')' -f2- /proc/$$/stat)
echo "$$ ${20}" > lock
put() { printf %s "$2" > ".$1.tmp" && mv ".$1.tmp" "$1"; }
put state.json '{"state":"running"}'
while :; do
    for file in inbox/*.json; do
        name=$(basename "$file")
        [ -e "$file" ] && [ ! -e "outbox/$name" ] && [ "$name" != hang.json ] || continue
        [ "$name" = exit.json ] && put state.json '{"state":"terminated"}'
        cp "$file" ".answer" && mv .answer "outbox/$name"
        [ "$name" = exit.json ] && exit 0
    done
    sleep 0.02
done
)";

class LocalFixture : public ::testing::Test {
protected:
    LocalFixture() {
        base::write_file_atomically(folder_.path() / "runner", test_runner, 0755);
        restart();
    }

    ~LocalFixture() override {
        for (const RunId& run : engine_->runs()) {
            engine_->forget(run);
        }
    }

    Engine& engine() { return *engine_; }
    base::Path runs() const { return folder_.path() / "runs"; }

    /// As if the daemon had been killed and started again.
    void restart() {
        engine_.reset();
        LocalEngineOptions options;
        options.runs_directory = runs();
        options.runner_program = runner_;
        options.start_grace = grace_;
        engine_ = std::make_unique<LocalEngine>(options);
    }

    base::TempDir folder_;
    base::Path runner_ = folder_.path() / "runner";
    std::chrono::milliseconds grace_{10'000};

private:
    std::unique_ptr<LocalEngine> engine_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Local, EngineConformance, LocalFixture);

pid_t runner_of(const base::Path& runs, const RunId& run) {
    return std::atoi(base::read_file_if_exists(runs / run.text() / "lock").value_or("0").c_str());
}

TEST_F(LocalFixture, ARunnerOutlivesTheEngine) {
    const RunId run = engine().submit("token", "{}");
    ASSERT_TRUE(eventually([&] { return engine().state(run).has_value(); }));
    restart();
    EXPECT_TRUE(std::holds_alternative<RunRunning>(engine().poll(run)));
    EXPECT_EQ(engine().submit("token", "{}"), run);
    engine().send(run, "echo", "after");
    EXPECT_TRUE(eventually([&] { return engine().result(run, "echo") == "after"; }));
}

TEST_F(LocalFixture, AKilledRunnerIsLostWithItsLastWords) {
    const RunId run = engine().submit("token", "{}");
    ASSERT_TRUE(eventually([&] { return runner_of(runs(), run) > 1; }));
    base::write_file_atomically(runs() / run.text() / "disk.qcow2", "x");
    base::write_file_atomically(runs() / run.text() / "runner.log", "opening the disk\n");
    ASSERT_EQ(::kill(runner_of(runs(), run), SIGKILL), 0);
    ASSERT_TRUE(eventually([&] { return std::holds_alternative<RunLost>(engine().poll(run)); }));
    EXPECT_NE(std::get<RunLost>(engine().poll(run)).reason.find("opening the disk"),
              std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(runs() / run.text() / "disk.qcow2"));
}

TEST_F(LocalFixture, AnOldLockFileNeverKillsSomebodyElse) {
    const RunId run = engine().submit("token", "{}");
    ASSERT_TRUE(eventually([&] { return runner_of(runs(), run) > 1; }));
    const pid_t runner = runner_of(runs(), run);
    // The lock names a process of ours that began at another time.
    base::write_file_atomically(runs() / run.text() / "lock", std::to_string(::getpid()) + " 1\n");
    engine().cancel(run);
    SUCCEED() << "still alive";
    ::kill(runner, SIGKILL);
}

TEST_F(LocalFixture, ARunnerThatCannotStartIsAnErrorAndLeavesNothing) {
    runner_ = folder_.path() / "missing";
    restart();
    try {
        engine().submit("token", "{}");
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_NE(base::error_chain(error).find("missing"), std::string::npos);
    }
    EXPECT_TRUE(std::holds_alternative<RunUnknown>(engine().poll(RunId::from_token("token"))));
}

TEST_F(LocalFixture, ARunnerThatEndsBeforeItsLockIsLostAtOnce) {
    base::write_file_atomically(folder_.path() / "broken", "#!/bin/sh\necho no disk\nexit 1\n",
                                0755);
    runner_ = folder_.path() / "broken";
    restart();
    const RunId run = engine().submit("token", "{}");
    ASSERT_TRUE(eventually([&] { return std::holds_alternative<RunLost>(engine().poll(run)); }));
}

TEST(RunIdTest, AcceptsOnlyItsOwnForm) {
    const RunId run = RunId::from_token("x");
    EXPECT_EQ(RunId::parse(run.text()), run);
    for (const char* text :
         {"", "..", "x", "3F0C1B7A9D2E4F5061728394", "3f0c1b7a9d2e4f506172839/"}) {
        EXPECT_THROW(RunId::parse(text), std::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace goldsmith::engines
