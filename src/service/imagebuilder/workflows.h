// Workflows: the managed ones and the caller's own, and what became of them in builds. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/workflows.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class WorkflowFamily final : public api::imagebuilder::Workflows {
public:
    explicit WorkflowFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateWorkflowResponse create_workflow(
        const api::CallContext& context,
        const api::imagebuilder::CreateWorkflowRequest& request) override;
    api::imagebuilder::DeleteWorkflowResponse delete_workflow(
        const api::CallContext& context,
        const api::imagebuilder::DeleteWorkflowRequest& request) override;
    api::imagebuilder::GetWorkflowResponse get_workflow(
        const api::CallContext& context,
        const api::imagebuilder::GetWorkflowRequest& request) override;
    api::imagebuilder::ListWorkflowsResponse list_workflows(
        const api::CallContext& context,
        const api::imagebuilder::ListWorkflowsRequest& request) override;
    api::imagebuilder::ListWorkflowBuildVersionsResponse list_workflow_build_versions(
        const api::CallContext& context,
        const api::imagebuilder::ListWorkflowBuildVersionsRequest& request) override;

    api::imagebuilder::GetWorkflowExecutionResponse get_workflow_execution(
        const api::CallContext& context,
        const api::imagebuilder::GetWorkflowExecutionRequest& request) override;
    api::imagebuilder::GetWorkflowStepExecutionResponse get_workflow_step_execution(
        const api::CallContext& context,
        const api::imagebuilder::GetWorkflowStepExecutionRequest& request) override;
    api::imagebuilder::ListWorkflowExecutionsResponse list_workflow_executions(
        const api::CallContext& context,
        const api::imagebuilder::ListWorkflowExecutionsRequest& request) override;
    api::imagebuilder::ListWorkflowStepExecutionsResponse list_workflow_step_executions(
        const api::CallContext& context,
        const api::imagebuilder::ListWorkflowStepExecutionsRequest& request) override;
    api::imagebuilder::ListWaitingWorkflowStepsResponse list_waiting_workflow_steps(
        const api::CallContext& context,
        const api::imagebuilder::ListWaitingWorkflowStepsRequest& request) override;
    api::imagebuilder::SendWorkflowStepActionResponse send_workflow_step_action(
        const api::CallContext& context,
        const api::imagebuilder::SendWorkflowStepActionRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
