#include "workflow/plan.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "documents/diagnostics.h"
#include "documents/workflow_parser.h"
#include "workflow/harness.h"
#include "workflow/managed.h"

namespace goldsmith::workflow {
namespace {

using documents::WorkflowType;

constexpr const char* ask = "schemaVersion: 1.0\nsteps: [{name: Ask, action: WaitForAction}]\n";

std::string refusal(const std::vector<WorkflowChoice>& workflows) {
    try {
        make_plan(workflows);
    } catch (const base::Error& error) {
        return error.what();
    }
    return "none";
}

WorkflowChoice test_in(const std::string& group) {
    return {"", ask, WorkflowType::test, group, TestFailure::abort};
}

TEST(Plan, SurvivesStorage) {
    Plan plan = make_plan({{.managed = "build-image"}, test_in("g")});
    plan.settings = {{"recipe", "r"}};
    plan.tests_enabled = false;
    plan.integrates = true;
    plan.workflows[1].on_failure = TestFailure::carry_on;
    plan.workflows[1].parameters = {{"a", 1}};
    const auto read = plan_from_json(plan_to_json(plan));
    EXPECT_EQ(plan_to_json(*read), plan_to_json(plan));
    EXPECT_EQ(read->workflows[0].document.steps.size(), 7U);
    EXPECT_EQ(read->workflows[1].on_failure, TestFailure::carry_on);
    EXPECT_THROW(plan_from_json("{}"), base::Error);
    EXPECT_THROW(plan_from_json("nonsense"), base::Error);
}

TEST(Plan, GivesWorkflowsTheirIdsOnce) {
    const Plan plan = make_plan({{.managed = "build-image"}, {.managed = "test-image"}});
    EXPECT_TRUE(plan.workflows[0].workflow_execution_id.starts_with("wf-"));
    EXPECT_EQ(plan.workflows[0].workflow_execution_id.size(), 39U);
    EXPECT_NE(plan.workflows[0].workflow_execution_id, plan.workflows[1].workflow_execution_id);
    EXPECT_EQ(make_plan({{.managed = "build-image"}}).workflows[0].workflow_execution_id,
              plan.workflows[0].workflow_execution_id);
}

TEST(Plan, RefusesWhatCannotRunTogether) {
    EXPECT_EQ(refusal({{.managed = "build-image"}, {.managed = "express-build-image"}}),
              "An image can have at most one BUILD workflow.");
    EXPECT_EQ(refusal({{.managed = "distribute-image"}, {.managed = "distribute-container"}}),
              "An image can have at most one DISTRIBUTION workflow.");
    EXPECT_EQ(refusal(std::vector<WorkflowChoice>(11, test_in(""))),
              "An image can have at most 10 workflows.");
    EXPECT_EQ(refusal(std::vector<WorkflowChoice>(6, test_in("g"))),
              "At most 5 workflows can run in the parallel group 'g'.");
    EXPECT_TRUE(refusal({{.managed = "build-image", .parallel_group = "g"}})
                    .starts_with("parallelGroup and onFailure are for TEST workflows only"));
    const std::string same = std::string(ask) + "outputs: [{name: ImageId, value: x}]\n";
    EXPECT_EQ(refusal({{.managed = "build-image"}, {.text = same, .type = WorkflowType::test}}),
              "Two workflows of the image have an output 'ImageId'.");
    EXPECT_THROW(make_plan({{.text = "steps: []"}}), documents::DocumentErrors);
}

TEST(ManagedWorkflows, AreValidDocuments) {
    std::set<std::string_view> names;
    for (const auto& managed : managed_workflows()) {
        const auto document = documents::parse_workflow(managed.text, managed.name, managed.type);
        EXPECT_EQ(document.name, managed.name);
        EXPECT_EQ(document.description, managed.description);
        EXPECT_TRUE(names.insert(managed.name).second);
    }
    EXPECT_EQ(names.size(), 11U);
    EXPECT_EQ(find_managed_workflow("nothing"), nullptr);
    EXPECT_EQ(managed_workflow_arn(*find_managed_workflow("test-image"), "eu-west-1"),
              "arn:aws:imagebuilder:eu-west-1:aws:workflow/test/test-image/1.0.0/1");
}

TEST(ManagedWorkflows, KeepTheNamesThatUsersSee) {
    const auto names = [](const char* managed) {
        const auto* workflow = find_managed_workflow(managed);
        std::vector<std::string> result;
        for (const auto& step :
             documents::parse_workflow(workflow->text, managed, workflow->type).steps) {
            result.push_back(step.name);
        }
        return result;
    };
    EXPECT_EQ(
        names("build-image"),
        (std::vector<std::string>{"LaunchBuildInstance", "ApplyBuildComponents",
                                  "InventoryCollection", "RunSanitizeScript", "RunSysPrepScript",
                                  "CreateOutputAMI", "TerminateBuildInstance"}));
    EXPECT_EQ(names("test-image"),
              (std::vector<std::string>{"LaunchTestInstance", "CollectImageScanFindings",
                                        "ApplyTestComponents", "TerminateTestInstance"}));
    EXPECT_EQ(default_workflows(ImageType::docker)[0]->name, "build-container");
    EXPECT_EQ(default_workflows(ImageType::ami)[2]->name, "distribute-image");
}

}  // namespace
}  // namespace goldsmith::workflow
