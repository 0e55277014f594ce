#include "base/process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "base/files.h"

namespace goldsmith::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Command shell(std::string script) {
    return {"/bin/sh", {"-c", std::move(script)}, {}, false, {}};
}

TEST(Process, CollectsBothStreamsAndTheExitCode) {
    const ProcessResult result = run(shell("echo out; echo err >&2; exit 3"));
    EXPECT_EQ(result.stdout_text, "out\n");
    EXPECT_EQ(result.stderr_text, "err\n");
    EXPECT_EQ(result.status.exit_code, 3);
    EXPECT_EQ(result.status.describe(), "exit code 3");
}

TEST(Process, FeedsStandardInputLargerThanAPipe) {
    const std::string input(1 << 20, 'x');
    RunOptions options;
    options.stdin_text = input;
    EXPECT_EQ(run({"cat", {}, {}, false, {}}, options).stdout_text.size(), input.size());
}

TEST(Process, AClosedInputIsNotOurFailure) {
    RunOptions options;
    options.stdin_text = std::string(1 << 20, 'x');
    EXPECT_TRUE(run(shell("exec <&-; sleep 0.05; exit 0"), options).status.success());
}

TEST(Process, EnvironmentIsAddedOrAllThereIs) {
    Command command = shell("echo \"$A:$HOME\"");
    command.environment = {{"A", "1"}};
    command.clear_environment = true;
    EXPECT_EQ(run(command).stdout_text, "1:\n");
}

TEST(Process, TimeoutEndsTheWholeGroup) {
    const TempDir dir;
    RunOptions options;
    options.timeout = milliseconds(200);
    Command command = shell("sleep 100 & echo $! > pid; sleep 100");
    command.directory = dir.path();
    const ProcessResult result = run(command, options);
    EXPECT_TRUE(result.timed_out);
    const pid_t grandchild = std::stoi(read_file(dir.path() / "pid"));
    // Killed, then reaped by init; both leave nothing to signal.
    const auto deadline = std::chrono::steady_clock::now() + seconds(5);
    const auto state = [&] {
        const auto stat = read_file_if_exists("/proc/" + std::to_string(grandchild) + "/stat");
        return stat ? (*stat)[stat->rfind(')') + 2] : 'Z';
    };
    while (state() != 'Z' && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(state(), 'Z');
}

TEST(Process, MissingProgramIsNamed) {
    try {
        run({"goldsmith-no-such-program", {}, {}, false, {}});
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("goldsmith-no-such-program"), std::string::npos);
    }
    EXPECT_THROW(run({"/etc/passwd", {}, {}, false, {}}), SystemError);
}

TEST(Process, FailureShowsTheLastLinesOfStderr) {
    try {
        run_checked(shell("for i in $(seq 100); do echo line$i >&2; done; exit 1"));
        FAIL();
    } catch (const ProcessFailed& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("line100"), std::string::npos);
        EXPECT_EQ(text.find("line80\n"), std::string::npos);
        EXPECT_NE(text.find("exit code 1"), std::string::npos);
    }
}

TEST(Process, OutputIsBoundedToItsEnd) {
    RunOptions options;
    options.keep_bytes = 1000;
    const auto result = run(shell("seq 100000"), options);
    EXPECT_LE(result.stdout_text.size(), 1250U);
    EXPECT_TRUE(result.stdout_text.ends_with("100000\n"));
}

TEST(Process, StopRequestEndsTheChild) {
    std::stop_source stop;
    RunOptions options;
    options.stop = stop.get_token();
    options.on_output = [&](std::string_view, bool) { stop.request_stop(); };
    const auto begin = std::chrono::steady_clock::now();
    run(shell("echo ready; sleep 100"), options);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30));
}

TEST(Process, DestroyingAChildEndsIt) {
    pid_t pid = 0;
    {
        const Child child = spawn(shell("sleep 100"));
        pid = child.pid();
    }
    EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Process, DescribeQuotesOnlyWhatNeedsIt) {
    EXPECT_EQ((Command{"ls", {"-l", "a b", ""}, {}, false, {}}.describe()), "ls -l 'a b' ''");
}

}  // namespace
}  // namespace goldsmith::base
