// Whatever happens to the process, and whatever fails, a build ends, ends the same, and leaves
// nothing.
#include <gtest/gtest.h>

#include "workflow/harness.h"

namespace goldsmith::workflow {
namespace {

using documents::WorkflowType;

constexpr const char* waiting_build = R"(
schemaVersion: 1.0
steps:
  - {name: Launch, action: LaunchInstance, inputs: {waitFor: ssmAgent}}
  - {name: Ask, action: WaitForAction, timeoutSeconds: 3600}
  - name: Finish
    action: CreateImage
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
  - name: End
    action: TerminateInstance
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
)";

constexpr const char* careless_build = R"(
schemaVersion: 1.0
steps:
  - {name: Launch, action: LaunchInstance, onFailure: Continue, inputs: {waitFor: ssmAgent}}
  - name: Inventory
    action: CollectImageMetadata
    onFailure: Continue
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
  - name: Finish
    action: CreateImage
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
)";

constexpr const char* small_test = R"(
schemaVersion: 1.0
steps:
  - {name: Launch, action: LaunchInstance, inputs: {waitFor: ssmAgent}}
  - name: Check
    action: ExecuteComponents
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
  - name: End
    action: TerminateInstance
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
)";

struct Scenario {
    std::string name;
    std::vector<WorkflowChoice> workflows;
    std::string image_type = "AMI";
    std::string expected_world;  ///< at the end of an undisturbed build
};

void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

WorkflowChoice test_workflow(const std::string& group, TestFailure on_failure) {
    return {"", small_test, WorkflowType::test, group, on_failure};
}

std::vector<Scenario> scenarios() {
    const std::string ami = "instances: 0, images: 1, inventories: 1, copies: 1, busy: 0";
    return {
        {"DefaultImage",
         {{.managed = "build-image"}, {.managed = "test-image"}, {.managed = "distribute-image"}},
         "AMI",
         ami},
        {"DefaultContainer",
         {{.managed = "build-container"},
          {.managed = "test-container"},
          {.managed = "distribute-container"}},
         "DOCKER",
         "instances: 0, images: 0, inventories: 0, copies: 1, busy: 0"},
        {"ExpressImage",
         {{.managed = "express-build-image"},
          {.managed = "express-test-image"},
          {.managed = "distribute-image"}},
         "AMI",
         "instances: 0, images: 1, inventories: 0, copies: 1, busy: 0"},
        {"ExpressContainerAlone",
         {{.managed = "express-build-container"}},
         "DOCKER",
         "instances: 0, images: 0, inventories: 0, copies: 0, busy: 0"},
        {"FromIso",
         {{.managed = "build-image-from-iso"}},
         "AMI",
         "instances: 0, images: 1, inventories: 0, copies: 0, busy: 0"},
        {"WaitsForAnswer",
         {{.text = waiting_build}, {.managed = "distribute-image"}},
         "AMI",
         "instances: 0, images: 1, inventories: 0, copies: 1, busy: 0"},
        {"Careless",
         {{.text = careless_build}},
         "AMI",
         "instances: 0, images: 1, inventories: 1, copies: 0, busy: 0"},
        {"ParallelTests",
         {{.managed = "build-image"},
          test_workflow("a", TestFailure::abort),
          test_workflow("", TestFailure::carry_on),
          test_workflow("a", TestFailure::carry_on),
          test_workflow("b", TestFailure::abort),
          {.managed = "distribute-image"}},
         "AMI",
         ami},
        {"OnlyTests",
         {test_workflow("", TestFailure::carry_on), test_workflow("", TestFailure::abort)},
         "AMI",
         "instances: 0, images: 0, inventories: 0, copies: 0, busy: 0"},
    };
}

std::vector<std::string> step_names(const Plan& plan) {
    std::vector<std::string> names{""};
    for (const auto& workflow : plan.workflows) {
        for (const auto& step : workflow.document.steps) {
            if (std::ranges::find(names, step.name) == names.end()) {
                names.push_back(step.name);
            }
        }
    }
    return names;
}

// What must hold at any end.
void expect_clean(const RunResult& result) {
    EXPECT_TRUE(result.finished) << result.summary;
    EXPECT_TRUE(result.left.instances.empty()) << result.summary;
    EXPECT_TRUE(result.left.busy.empty()) << result.summary;
}

class CrashTest : public testing::TestWithParam<Scenario> {
protected:
    Plan plan_ = make_plan(GetParam().workflows, GetParam().image_type);

    RunResult run(const std::string& fail_step, std::vector<Accident> accidents,
                  std::size_t events_per_append, bool twice = false) {
        RunOptions options;
        options.behaviour.fail_step = fail_step;
        options.behaviour.twice = twice;
        options.accidents = std::move(accidents);
        options.events_per_append = events_per_append;
        options.answer = true;
        return run_build(plan_, options);
    }
};

TEST_P(CrashTest, EndsWell) {
    const auto result = run("", {}, 0);
    expect_clean(result);
    EXPECT_EQ(result.image_status, "AVAILABLE") << result.image_reason;
    EXPECT_EQ(result.world, GetParam().expected_world);
    const auto by_one = run("", {}, 1);
    EXPECT_EQ(by_one.summary, result.summary);
    EXPECT_EQ(by_one.events, result.events);
    EXPECT_EQ(by_one.appends, static_cast<int>(by_one.events.size()));
}

TEST_P(CrashTest, EndsTheSameWhenEveryActionRunsTwice) {
    for (const auto& fail_step : step_names(plan_)) {
        SCOPED_TRACE("fail at '" + fail_step + "'");
        const auto result = run(fail_step, {}, 0, true);
        expect_clean(result);
        EXPECT_EQ(result.summary, run(fail_step, {}, 0).summary);
    }
}

TEST_P(CrashTest, LeavesNothingWhenAStepFails) {
    for (const auto& fail_step : step_names(plan_)) {
        SCOPED_TRACE("fail at '" + fail_step + "'");
        const auto result = run(fail_step, {}, 0);
        expect_clean(result);
        EXPECT_TRUE(result.image_status == "FAILED" || result.image_status == "AVAILABLE");
        if (result.image_status == "FAILED") {
            EXPECT_TRUE(result.image_reason.starts_with("Workflow Execution ID: 'wf-"))
                << result.image_reason;
            EXPECT_NE(result.image_reason.find("' failed with reason: Step '"), std::string::npos)
                << result.image_reason;
        }
    }
}

TEST_P(CrashTest, EndsTheSameAfterACrashAnywhere) {
    for (const std::size_t events_per_append : {0, 1}) {
        const auto undisturbed = run("", {}, events_per_append);
        for (int at = 1; at <= undisturbed.appends; ++at) {
            for (const auto kind : {Accident::Kind::crash_before, Accident::Kind::crash_after}) {
                SCOPED_TRACE("crash at append " + std::to_string(at));
                const auto result = run("", {{kind, at}}, events_per_append);
                expect_clean(result);
                ASSERT_EQ(result.summary, undisturbed.summary);
            }
        }
    }
}

// A crash before an append is the hard one: an action has done something that nobody has recorded.
TEST_P(CrashTest, FailsTheSameAfterACrashAnywhere) {
    for (const auto& fail_step : step_names(plan_)) {
        const auto undisturbed = run(fail_step, {}, 0);
        for (int at = 1; at <= undisturbed.appends; ++at) {
            SCOPED_TRACE("fail at '" + fail_step + "', crash at append " + std::to_string(at));
            const auto result = run(fail_step, {{Accident::Kind::crash_before, at}}, 0);
            expect_clean(result);
            ASSERT_EQ(result.summary, undisturbed.summary);
            ASSERT_EQ(result.image_reason, undisturbed.image_reason);
        }
    }
}

TEST_P(CrashTest, SurvivesACrashAfterEveryAppend) {
    const auto undisturbed = run("", {}, 1);
    std::vector<Accident> accidents;
    for (int at = 1; at <= undisturbed.appends; ++at) {
        accidents.push_back({Accident::Kind::crash_before, at});
        accidents.push_back({Accident::Kind::crash_after, at});
    }
    EXPECT_EQ(run("", accidents, 1).summary, undisturbed.summary);
}

TEST_P(CrashTest, CancelsAnywhere) {
    const auto undisturbed = run("", {}, 0);
    for (int at = 1; at <= undisturbed.appends; ++at) {
        SCOPED_TRACE("cancel at append " + std::to_string(at));
        const auto result = run("", {{Accident::Kind::cancel, at}}, 0);
        expect_clean(result);
        const bool too_late = at == undisturbed.appends;
        EXPECT_EQ(result.image_status, too_late ? "AVAILABLE" : "CANCELLED") << result.summary;
        for (int crash = at; crash <= result.appends; crash += 2) {
            const auto crashed =
                run("", {{Accident::Kind::cancel, at}, {Accident::Kind::crash_before, crash}}, 0);
            expect_clean(crashed);
            EXPECT_EQ(crashed.image_status, result.image_status);
        }
    }
}

// A cancellation between events that belong together: it counts until the image has its last
// status.
TEST_P(CrashTest, CancelsBetweenAnyTwoEvents) {
    const int last_batch = run("", {}, 0).last_append_events;
    const auto undisturbed = run("", {}, 1);
    for (int at = 1; at <= undisturbed.appends; ++at) {
        SCOPED_TRACE("cancel at append " + std::to_string(at));
        const auto result = run("", {{Accident::Kind::cancel, at}}, 1);
        expect_clean(result);
        const bool too_late = at > undisturbed.appends - last_batch;
        EXPECT_EQ(result.image_status, too_late ? "AVAILABLE" : "CANCELLED") << result.summary;
        for (int crash = at + 1; crash <= at + 3 && !too_late; ++crash) {
            const auto crashed =
                run("", {{Accident::Kind::cancel, at}, {Accident::Kind::crash_before, crash}}, 1);
            expect_clean(crashed);
            EXPECT_EQ(crashed.image_status, "CANCELLED") << "crash at " << crash;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Builds, CrashTest, testing::ValuesIn(scenarios()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace goldsmith::workflow
