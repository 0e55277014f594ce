#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto document =
    "name: mine\nschemaVersion: 1.0\nparameters:\n  - name: note\n    type: string\n"
    "    default: hello\nsteps:\n  - name: Launch\n    action: LaunchInstance\n    inputs:\n"
    "      waitFor: ssmAgent\n";

class WorkflowsTest : public ServiceFixture {
protected:
    json::object input(const std::string& data) {
        return {{"name", "My Workflow"},
                {"semanticVersion", "1.0.0"},
                {"type", "TEST"},
                {"data", data},
                {"clientToken", token()}};
    }
};

TEST_F(WorkflowsTest, IsCreatedShownAndDeleted) {
    const auto arn = text("workflowBuildVersionArn", call("CreateWorkflow", input(document)));
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:workflow/test/my-workflow/1.0.0/1");
    EXPECT_TRUE(error_of("CreateWorkflow", input(document)).starts_with("ResourceAlreadyExists"));
    const auto shown =
        call("GetWorkflow",
             {{"workflowBuildVersionArn",
               "arn:aws:imagebuilder:us-east-1:123456789012:workflow/test/my-workflow/x.x.x"}});
    EXPECT_EQ(text("workflow.arn", shown), arn);
    EXPECT_EQ(text("workflow.type", shown), "TEST");
    EXPECT_EQ(text("workflow.data", shown), document);
    EXPECT_EQ(text("workflow.parameters.0.defaultValue", shown), "[\"hello\"]");
    call("DeleteWorkflow", {{"workflowBuildVersionArn", arn}});
    EXPECT_TRUE(error_of("GetWorkflow", {{"workflowBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(WorkflowsTest, RefusesBadDocuments) {
    const auto error = error_of(
        "CreateWorkflow",
        input("name: mine\nschemaVersion: 1.0\nsteps:\n  - name: A\n    action: Nonsense\n"));
    EXPECT_TRUE(
        error.starts_with("InvalidRequestException The value supplied for parameter "
                          "'data' is not valid. "))
        << error;
    EXPECT_NE(error.find("data:5:"), std::string::npos) << error;
}

TEST_F(WorkflowsTest, ShowsTheManagedOnes) {
    const auto list = all_pages("ListWorkflows", {{"owner", "Amazon"}}, "workflowVersionList", 2);
    EXPECT_GE(list.size(), 3U);
    const auto found = call(
        "GetWorkflow", {{"workflowBuildVersionArn",
                         "arn:aws:imagebuilder:us-east-1:aws:workflow/build/build-image/x.x.x"}});
    EXPECT_EQ(text("workflow.owner", found), "Amazon");
    EXPECT_NE(text("workflow.data", found).find("LaunchBuildInstance"), std::string::npos);
    EXPECT_EQ(text("latestVersionReferences.latestMajorVersionArn", found), "");
    EXPECT_TRUE(
        error_of("DeleteWorkflow", {{"workflowBuildVersionArn", text("workflow.arn", found)}})
            .starts_with("ForbiddenException"));
    EXPECT_TRUE(
        error_of("ListWorkflows", {{"owner", "Shared"}}).starts_with("InvalidRequestException"));
}

TEST_F(WorkflowsTest, ListsOwnVersionsAndBuilds) {
    call("CreateWorkflow", input(document));
    call("CreateWorkflow", input(std::string(document) + "\n"));
    EXPECT_EQ(call("ListWorkflows", json::object{}).at("workflowVersionList").as_array().size(),
              1U);
    EXPECT_EQ(all_pages("ListWorkflowBuildVersions", {}, "workflowSummaryList", 1).size(), 2U);
}

TEST_F(WorkflowsTest, ExecutionsOfNobodyAreNotFound) {
    EXPECT_TRUE(error_of("GetWorkflowExecution",
                         {{"workflowExecutionId", "wf-00000000-0000-4000-8000-000000000000"}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(error_of("GetWorkflowStepExecution",
                         {{"stepExecutionId", "step-00000000-0000-4000-8000-000000000000"}})
                    .starts_with("ResourceNotFoundException"));
    const auto image = create_image("web");
    EXPECT_EQ(text("imageBuildVersionArn",
                   call("ListWorkflowExecutions", {{"imageBuildVersionArn", image}})),
              image);
    EXPECT_TRUE(call("ListWaitingWorkflowSteps", json::object{}).at("steps").as_array().empty());
}

}  // namespace
}  // namespace goldsmith::service
