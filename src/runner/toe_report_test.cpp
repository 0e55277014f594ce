#include "runner/toe_report.h"

#include <gtest/gtest.h>

namespace goldsmith::runner {
namespace {

const char* const kReport = R"({"executionId": "e", "status": "failed", "documents": [
  {"name": "first", "filePath": "/run/goldsmith-documents/1.yaml", "status": "success", "phases": [
    {"name": "build", "status": "success", "steps": [{"name": "A", "status": "success", "action": "ExecuteBash"}]}]},
  {"name": "second", "filePath": "/run/goldsmith-documents/2.yaml", "status": "failed",
   "failureMessage": "Document /run/goldsmith-documents/2.yaml failed!", "phases": [
    {"name": "validate", "status": "failed", "failureMessage": "", "steps": [
      {"name": "Ignored", "status": "ignoredFailure", "action": "ExecuteBash", "failureMessage": "exit status 1"},
      {"name": "Check", "status": "failed", "action": "ExecuteBash", "failureMessage": "exit status 7"}]}]}]})";

TEST(ToeReport, FindsTheFirstFailedStepAndWhoseItIs) {
    api::runner::Document document;
    document.name = "web";
    document.arn = "arn:component/web/1.0.0/1";
    const auto failure = first_failure(kReport, {{"/run/goldsmith-documents/2.yaml", document}});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->component, "web");
    EXPECT_EQ(failure->component_arn, "arn:component/web/1.0.0/1");
    EXPECT_EQ(failure->exit_code, 7);
    EXPECT_EQ(describe(*failure),
              "component web, phase validate, step Check (ExecuteBash): exit status 7");
}

TEST(ToeReport, RubbishIsNoReport) {
    for (const char* text :
         {"", "{", "[]", "null", R"({"documents": 3})", R"({"documents": [1, {"phases": {}}]})"}) {
        EXPECT_FALSE(first_failure(text, {})) << text;
        EXPECT_FALSE(parse_toe_summary(text)) << text;
    }
}

TEST(ToeReport, ReadsTheSummary) {
    const auto summary = parse_toe_summary(
        R"({"executionId": "x", "status": "failed", "failedStepCount": 1, "executedStepCount": 3,
            "ignoredFailedStepCount": 2, "failureMessage": "no", "logUrl": "/var/lib/amazon/toe/TOE_x"})");
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->executed_steps, 3);
    EXPECT_EQ(summary->failed_steps, 1);
    EXPECT_EQ(summary->ignored_failed_steps, 2);
    EXPECT_EQ(summary->log_folder, "/var/lib/amazon/toe/TOE_x");
}

TEST(StepOutput, KeepsTheLastFiftyLinesOfEachStep) {
    StepOutput output;
    output.add("Step One");
    for (int i = 0; i < 60; ++i) {
        output.add("CmdExecution: Stdout: line " + std::to_string(i));
    }
    output.add("CmdExecution: ExitCode 7");
    output.add("Step Two");
    output.add("CmdExecution: Stderr: oh no");
    output.add("and more of it");
    output.add("CmdExecution: ExitCode 1");
    output.add("ExecuteBash: FAILED EXECUTION");
    const auto one = output.last_lines_of("One");
    ASSERT_EQ(one.size(), 50U);
    EXPECT_EQ(one.front(), "line 10");
    EXPECT_EQ(one.back(), "line 59");
    EXPECT_EQ(output.last_lines_of("Two"), (std::vector<std::string>{"oh no", "and more of it"}));
    EXPECT_TRUE(output.last_lines_of("Three").empty());
}

}  // namespace
}  // namespace goldsmith::runner
