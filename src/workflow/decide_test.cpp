// The branching of the engine, seen through whole builds over the fake world, and decide() and
// next_state() by themselves.
#include "workflow/decide.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/random.h"
#include "workflow/harness.h"
#include "workflow/state.h"

namespace goldsmith::workflow {
namespace {

using documents::WorkflowType;

std::string document(const std::string& steps, const std::string& head = "") {
    return "schemaVersion: 1.0\n" + head + "steps:\n" + steps;
}

const std::string launch =
    "  - {name: Launch, action: LaunchInstance, inputs: {waitFor: ssmAgent}}\n";
const std::string components =
    "  - {name: Run, action: ExecuteComponents, inputs: {instanceId.$: "
    "$.stepOutputs.Launch.instanceId}}\n";
const std::string end =
    "  - {name: End, action: TerminateInstance, inputs: {instanceId.$: "
    "$.stepOutputs.Launch.instanceId}}\n";

Plan one(const std::string& steps, const std::string& head = "") {
    return make_plan({{.text = document(steps, head)}});
}

RunResult run(const Plan& plan, FakeBehaviour behaviour = {},
              std::optional<bool> answer = std::nullopt) {
    RunOptions options;
    options.behaviour = std::move(behaviour);
    options.answer = answer;
    return run_build(plan, options);
}

FakeBehaviour failing(const std::string& step) {
    FakeBehaviour behaviour;
    behaviour.fail_step = step;
    return behaviour;
}

FakeBehaviour hanging(const std::string& step) {
    FakeBehaviour behaviour;
    behaviour.hang_step = step;
    return behaviour;
}

std::vector<std::string> kinds(const RunResult& result) {
    std::vector<std::string> kinds;
    for (const auto& event : result.events) {
        kinds.push_back(event.kind);
    }
    return kinds;
}

TEST(Decide, RunsAWorkflowInOrder) {
    const auto result = run(one(launch + end));
    EXPECT_EQ(kinds(result),
              (std::vector<std::string>{"image_status_changed", "workflow_started", "step_started",
                                        "step_completed", "step_started", "step_completed",
                                        "workflow_completed", "image_status_changed",
                                        "execution_finished"}));
    EXPECT_EQ(result.appends, 3) << "one transaction per outcome";
}

TEST(Decide, RollsBackTheNewestFirst) {
    const auto result = run(one(launch +
                                "  - {name: Second, action: LaunchInstance, inputs: {waitFor: "
                                "ssmAgent}}\n"
                                "  - {name: Inventory, action: CollectImageMetadata, inputs: "
                                "{instanceId.$: $.stepOutputs.Second.instanceId}}\n" +
                                components),
                            failing("Run"));
    EXPECT_EQ(result.summary,
              "image FAILED\n"
              "BUILD ROLLBACK_COMPLETED\n"
              "  Launch COMPLETED rollback COMPLETED\n"
              "  Second COMPLETED rollback COMPLETED\n"
              "  Inventory COMPLETED rollback COMPLETED\n"
              "  Run FAILED\n"
              "instances: 0, images: 0, inventories: 0, copies: 0, busy: 0\n");
    std::vector<std::string> order;
    for (const auto& event : result.events) {
        if (event.kind == "rollback_started") {
            order.push_back(event.body);
        }
    }
    ASSERT_EQ(order.size(), 3U);
    EXPECT_NE(order[0], order[1]);
    const Plan plan = one(launch);
    EXPECT_NE(order[2].find("step-" +
                            base::derive_uuid(plan.workflows[0].workflow_execution_id + "/Launch")),
              std::string::npos);
}

TEST(Decide, EndsFailedWhenThereIsNothingToRollBack) {
    const auto result =
        run(make_plan({{.text = document("  - {name: Give, action: DistributeImage}\n"),
                        .type = WorkflowType::distribution}}),
            failing("Give"));
    EXPECT_EQ(result.summary.substr(0, 33), "image FAILED\nDISTRIBUTION FAILED\n");
    EXPECT_EQ(result.image_reason.substr(0, 28),
              "Workflow Execution ID: 'wf-" + result.image_reason.substr(27, 1));
}

TEST(Decide, ContinuesAfterAFailureThatIsAllowed) {
    const auto result = run(one(launch +
                                "  - {name: Run, action: ExecuteComponents, onFailure: Continue, "
                                "inputs: {instanceId.$: $.stepOutputs.Launch.instanceId}}\n" +
                                end),
                            failing("Run"));
    EXPECT_EQ(result.image_status, "AVAILABLE");
    EXPECT_NE(result.summary.find("Run FAILED\n  End COMPLETED"), std::string::npos);
}

TEST(Decide, DoesNotRollBackWhatMustStay) {
    const auto result =
        run(one("  - {name: Launch, action: LaunchInstance, rollbackEnabled: $.parameters.undo, "
                "inputs: {waitFor: ssmAgent}}\n" +
                    components,
                "parameters: [{name: undo, type: boolean, default: false}]\n"),
            failing("Run"));
    EXPECT_EQ(result.image_status, "FAILED");
    EXPECT_EQ(result.left.instances.size(), 0U)
        << "the parameter has no value in this plan, so the step cannot even start";
    Plan plan =
        one("  - {name: Launch, action: LaunchInstance, rollbackEnabled: "
            "$.parameters.undo, inputs: {waitFor: ssmAgent}}\n" +
                components,
            "parameters: [{name: undo, type: boolean, default: false}]\n");
    plan.workflows[0].parameters = {{"undo", false}};
    const auto kept = run(plan, failing("Run"));
    EXPECT_EQ(kept.summary.substr(0, 27), "image FAILED\nBUILD FAILED\n ");
    EXPECT_EQ(kept.left.instances.size(), 1U);
}

TEST(Decide, GoesOnWhenARollbackFails) {
    FakeBehaviour behaviour = failing("Run");
    behaviour.rollback_fails = true;
    const auto result = run(one(launch + components), behaviour);
    EXPECT_TRUE(result.finished);
    EXPECT_NE(result.summary.find("Launch COMPLETED rollback FAILED"), std::string::npos);
}

TEST(Decide, StopsAStepThatTakesTooLong) {
    const std::string slow =
        "  - {name: Run, action: ExecuteComponents, timeoutSeconds: 90, inputs: {instanceId.$: "
        "$.stepOutputs.Launch.instanceId}}\n";
    const auto result = run(one(launch + slow), hanging("Run"));
    EXPECT_EQ(result.image_status, "FAILED");
    EXPECT_NE(result.image_reason.find("reason: Step 'Run' timed out after 90 seconds."),
              std::string::npos);
    EXPECT_EQ(result.left.calls.at("cancel Run"), 1);
    EXPECT_TRUE(result.left.instances.empty());
    FakeBehaviour stubborn = hanging("Run");
    stubborn.cancel_hangs = true;
    const auto given_up = run(one(launch + slow), stubborn);
    EXPECT_EQ(given_up.image_reason, result.image_reason);
    EXPECT_TRUE(given_up.left.instances.empty());
}

TEST(Decide, SaysWhatALaunchWaitedFor) {
    EXPECT_NE(
        run(one(launch), hanging("Launch"))
            .image_reason.find("Step 'Launch' timed out after 4500 seconds while verifying the "
                               "availability of the agent on the instance."),
        std::string::npos);
}

TEST(Decide, FailsAStepWhoseInputHasNoValue) {
    const auto result =
        run(one("  - {name: Launch, action: LaunchInstance, if: {stringEquals: a, "
                "value: b}, inputs: {waitFor: ssmAgent}}\n" +
                components));
    EXPECT_NE(result.image_reason.find("Step 'Run' cannot run. Input 'instanceId.$': "
                                       "'$.stepOutputs.Launch.instanceId' has no value."),
              std::string::npos)
        << result.image_reason;
    EXPECT_NE(result.summary.find("Launch SKIPPED\n  Run FAILED"), std::string::npos);
    EXPECT_FALSE(result.left.calls.contains("advance Run"));
}

TEST(Decide, WaitsForAnAnswer) {
    const std::string ask = "  - {name: Ask, action: WaitForAction, timeoutSeconds: 7200}\n";
    EXPECT_EQ(run(one(ask), {}, true).image_status, "AVAILABLE");
    const auto stopped = run(one(ask), {}, false);
    EXPECT_NE(stopped.image_reason.find("Step 'Ask' was stopped by a user: because"),
              std::string::npos);
    const auto late = run(one(ask));
    EXPECT_NE(late.image_reason.find("Step 'Ask' timed out after 7200 seconds without an answer."),
              std::string::npos);
    EXPECT_EQ(late.left.calls.at("advance Ask"), 1);
}

TEST(Decide, AnAnswerToStopCanBeRead) {
    const auto result = run(one("  - {name: Ask, action: WaitForAction, onFailure: Continue}\n"
                                "  - name: Launch\n"
                                "    action: LaunchInstance\n"
                                "    if: {stringEquals: STOP, value: $.stepOutputs.Ask.action}\n"
                                "    inputs: {waitFor: ssmAgent}\n"),
                            {}, false);
    EXPECT_NE(result.summary.find("Ask FAILED\n  Launch COMPLETED"), std::string::npos)
        << result.summary;
    EXPECT_TRUE(result.left.instances.empty()) << "an instance that nobody ended is ended";
}

Plan with_tests(TestFailure on_failure) {
    return make_plan({{.managed = "build-image"},
                      {"", document(launch + components + end), WorkflowType::test, "", on_failure},
                      {.managed = "distribute-image"}});
}

TEST(Decide, ATestMayFailTheImageOrNot) {
    const auto failed = run(with_tests(TestFailure::abort), failing("Run"));
    EXPECT_EQ(failed.image_status, "FAILED");
    EXPECT_TRUE(failed.left.copies.empty()) << "nothing may be distributed";
    EXPECT_EQ(failed.left.images.size(), 1U);
    const auto tolerated = run(with_tests(TestFailure::carry_on), failing("Run"));
    EXPECT_EQ(tolerated.image_status, "AVAILABLE");
    EXPECT_NE(tolerated.summary.find("TEST ROLLBACK_COMPLETED"), std::string::npos);
}

TEST(Decide, LeavesTestsOutWhenTheyAreDisabled) {
    Plan plan = with_tests(TestFailure::abort);
    plan.tests_enabled = false;
    const auto result = run(plan);
    EXPECT_EQ(result.summary.find("TEST "), std::string::npos);
    EXPECT_EQ(result.left.copies.size(), 1U);
}

TEST(Decide, RunsGroupsAtTheSameTime) {
    const auto in_group = [](const std::string& group) {
        return WorkflowChoice{"", document(launch + components + end), WorkflowType::test, group,
                              TestFailure::abort};
    };
    const auto result = run(make_plan({in_group("a"), in_group(""), in_group("a")}));
    std::vector<std::string> order;
    for (const auto& event : result.events) {
        if (event.kind == "workflow_started" || event.kind == "workflow_completed") {
            order.push_back(event.kind.substr(9));
        }
    }
    EXPECT_EQ(order, (std::vector<std::string>{"started", "started", "completed", "completed",
                                               "started", "completed"}));
}

TEST(Decide, ShowsIntegratingWhileSettingsAreApplied) {
    Plan plan = make_plan({{.managed = "distribute-image"}});
    plan.integrates = true;
    std::vector<std::string> statuses;
    for (const auto& event : run(plan).events) {
        if (event.kind == "image_status_changed") {
            statuses.emplace_back(boost::json::parse(event.body).at("status").as_string());
        }
    }
    EXPECT_EQ(statuses, (std::vector<std::string>{"DISTRIBUTING", "INTEGRATING", "AVAILABLE"}));
}

TEST(Decide, AnImageWithoutWorkflowsIsAvailable) {
    EXPECT_EQ(run(make_plan({})).image_status, "AVAILABLE");
}

TEST(NextState, RefusesWhatCannotHappen) {
    const Plan plan = one(launch + end);
    const auto impossible = [&plan](std::vector<EventBody> bodies) {
        State state;
        const EventBody last = bodies.back();
        bodies.pop_back();
        for (const auto& body : bodies) {
            state = next_state(plan, state, {state.last_sequence + 1, {}, body});
        }
        EXPECT_THROW(next_state(plan, state, {state.last_sequence + 1, {}, last}), ImpossibleEvent)
            << kind_of(last);
    };
    const WorkflowStarted started{0, "wf"};
    const StepStarted first{"wf", 0, "s0", {}, {}, true, ""};
    impossible({WorkflowStarted{1, "wf"}});
    impossible({started, WorkflowStarted{0, "wf2"}});
    impossible({first});
    impossible({started, StepStarted{"wf", 1, "s1", {}, {}, true, ""}});
    impossible({started, first, StepStarted{"wf", 1, "s1", {}, {}, true, ""}});
    impossible({started, first, StepCompleted{"s0", {}}, StepCompleted{"s0", {}}});
    impossible({started, first, StepAnswered{"s0", true, ""}});
    impossible({started, first, StepCancelled{"s0"}});
    impossible({started, first, RollbackStarted{"s0", UndoCause::failure, {}}});
    impossible({started, first, WorkflowFailed{"wf", "", false}});
    impossible({started, WorkflowCompleted{"wf", {}}});
    impossible({started, WorkflowCancelled{"wf"}});
    impossible({CancelRequested{}, CancelRequested{}});
    impossible({CancelRequested{}, started});
    impossible({RetryRequested{}});
    impossible({ImageStatusChanged{"AVAILABLE", ""}, RetryRequested{}});
    impossible({ImageStatusChanged{"AVAILABLE", ""}, CancelRequested{}});
    impossible({ImageStatusChanged{"FAILED", ""}, ImageStatusChanged{"BUILDING", ""}});
    impossible({ExecutionFinished{}});
    impossible({ImageStatusChanged{"FAILED", ""}, ExecutionFinished{}, CancelRequested{}});
    EXPECT_THROW(next_state(plan, {}, {2, {}, CancelRequested{}}), ImpossibleEvent);
}

}  // namespace
}  // namespace goldsmith::workflow
