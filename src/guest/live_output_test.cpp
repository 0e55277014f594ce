#include "guest/live_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "guest/running_line.h"

namespace goldsmith::guest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

StepRecord step_record(StepStatus status, const std::string& message = "") {
    StepRecord step;
    step.name = "Fetch";
    step.action = "ExecuteBash";
    step.status = status;
    step.failure_message = message;
    step.end_time = step.start_time + std::chrono::milliseconds(1500);
    return step;
}

void play(LiveOutput& live, StepStatus status, const std::string& message = "") {
    live.document_started("a.yml");
    PhaseRecord phase;
    phase.name = "build";
    live.phase_started(phase);
    live.step_started(step_record(StepStatus::running));
    live.message("Step Fetch");
    for (int i = 0; i < 30; ++i) {
        live.message("CmdExecution: Stdout: line " + std::to_string(i));
    }
    live.message("CmdExecution: Stdout: \033[2Jgone");
    live.step_finished(step_record(status, message));
}

TEST(LiveOutput, PlainShowsPhasesStepsAndTimes) {
    std::ostringstream out;
    LiveOutput live(out, LiveMode::watch, 0);
    play(live, StepStatus::success);
    EXPECT_EQ(out.str(),
              "a.yml\n  build\n    Fetch (ExecuteBash) started\n"
              "    Fetch (ExecuteBash) success, 1.5 s\n");
}

TEST(LiveOutput, AFailureShowsItsLastLines) {
    std::ostringstream out;
    LiveOutput live(out, LiveMode::watch, 0);
    play(live, StepStatus::failed, "exit status 2");
    EXPECT_THAT(out.str(), HasSubstr("failed, 1.5 s: exit status 2\n      | Stdout: line 11\n"));
    EXPECT_THAT(out.str(), HasSubstr("      | Stdout: line 29\n"));
    EXPECT_THAT(out.str(), Not(HasSubstr("line 10\n")));
    EXPECT_THAT(out.str(), Not(HasSubstr("\033")));
}

TEST(LiveOutput, ATerminalHasOneLineForWhatRuns) {
    std::ostringstream out;
    {
        LiveOutput live(out, LiveMode::watch, 40);
        play(live, StepStatus::success);
    }
    EXPECT_THAT(out.str(), HasSubstr("\r\033[K    Fetch (ExecuteBash) 0.0 s\r\033[K"));
    EXPECT_THAT(out.str(), HasSubstr("\033[32msuccess\033[0m, 1.5 s\n"));
}

TEST(LiveOutput, TraceShowsEveryMessage) {
    std::ostringstream out;
    LiveOutput live(out, LiveMode::trace, 80);
    live.message("Step Fetch");
    EXPECT_EQ(out.str(), "Step Fetch\n");
}

TEST(RunningLine, FitsTheTerminal) {
    using std::chrono::milliseconds;
    EXPECT_EQ(running_line("Fetch", "WebDownload", milliseconds(245'000), "50 %", 79),
              "    Fetch (WebDownload) 4 min 05 s | 50 %");
    EXPECT_EQ(running_line("Fetch", "WebDownload", milliseconds(900), "", 10), "    Fetch ");
    EXPECT_EQ(printable("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", 2), "\xE2\x82\xAC\xE2\x82\xAC");
    EXPECT_EQ(printable("a\x1b[31mb\xff\t\xc2\x9b\x7f", 79), "a [31mb?   ");
}

}  // namespace
}  // namespace goldsmith::guest
