#include "cli/progress.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::cli {
namespace {

StepView step(std::string id, std::string status) {
    return {id, "build", "Step" + id, std::move(status), "", std::chrono::milliseconds(1500)};
}

std::string shown(bool terminal, const std::function<void(Progress&)>& use) {
    base::Pipe pipe = base::make_pipe();
    {
        Progress progress(pipe.write_end.get(), terminal, false);
        use(progress);
    }
    pipe.write_end.reset();
    return base::read_all(pipe.read_end.get());
}

TEST(Progress, PlainLinesTellEachThingOnce) {
    const std::string text = shown(false, [](Progress& progress) {
        progress.update("BUILDING", {step("1", "RUNNING")});
        progress.update("BUILDING", {step("1", "RUNNING")});
        progress.output({"hello"});
        progress.update("BUILDING", {step("1", "COMPLETED"), step("2", "FAILED")});
        progress.update("FAILED", {step("1", "COMPLETED"), step("2", "FAILED")});
    });
    EXPECT_EQ(text,
              "[build] start  Step1\n    hello\n[build] ok     Step1  1.5 s\n"
              "[build] FAILED Step2  1.5 s\n");
}

TEST(Progress, ATerminalKeepsFinishedStepsAndRedrawsTheRest) {
    const std::string text = shown(true, [](Progress& progress) {
        progress.update("BUILDING", {step("1", "RUNNING")});
        progress.output({"a\x1b[2Jb"});
        progress.update("TESTING", {step("1", "COMPLETED")});
    });
    EXPECT_NE(text.find("[build] ok     Step1"), std::string::npos);
    EXPECT_EQ(text.find("\x1b[2J"), std::string::npos) << "output must not control the terminal";
    EXPECT_TRUE(text.ends_with("\x1b[J")) << "the live area is gone at the end";
}

TEST(Progress, KeepsTheEndOfTheOutput) {
    base::Pipe pipe = base::make_pipe();
    Progress progress(pipe.write_end.get(), true, false);
    for (int i = 0; i < 60; ++i) {
        progress.output({std::to_string(i)});
    }
    const auto lines = progress.last_lines(50);
    ASSERT_EQ(lines.size(), 50U);
    EXPECT_EQ(lines.front(), "10");
    EXPECT_EQ(lines.back(), "59");
}

TEST(Progress, Durations) {
    EXPECT_EQ(describe_duration(std::chrono::milliseconds(1234)), "1.2 s");
    EXPECT_EQ(describe_duration(std::chrono::seconds(185)), "3 min 05 s");
}

}  // namespace
}  // namespace goldsmith::cli
