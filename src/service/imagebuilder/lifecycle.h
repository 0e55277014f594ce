// Lifecycle: policies that deprecate, disable and delete images by age and number, their
// executions, and StartResourceStateUpdate, which does the same to one image. The work itself is
// done by LifecycleRuns (lifecycle_runs.h), on the daemon's scheduler. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/lifecycle.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class LifecycleFamily final : public api::imagebuilder::Lifecycle {
public:
    explicit LifecycleFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    // lifecycle_policies.cpp
    api::imagebuilder::CreateLifecyclePolicyResponse create_lifecycle_policy(
        const api::CallContext& context,
        const api::imagebuilder::CreateLifecyclePolicyRequest& request) override;
    api::imagebuilder::UpdateLifecyclePolicyResponse update_lifecycle_policy(
        const api::CallContext& context,
        const api::imagebuilder::UpdateLifecyclePolicyRequest& request) override;
    api::imagebuilder::DeleteLifecyclePolicyResponse delete_lifecycle_policy(
        const api::CallContext& context,
        const api::imagebuilder::DeleteLifecyclePolicyRequest& request) override;
    api::imagebuilder::GetLifecyclePolicyResponse get_lifecycle_policy(
        const api::CallContext& context,
        const api::imagebuilder::GetLifecyclePolicyRequest& request) override;
    api::imagebuilder::ListLifecyclePoliciesResponse list_lifecycle_policies(
        const api::CallContext& context,
        const api::imagebuilder::ListLifecyclePoliciesRequest& request) override;

    // lifecycle_executions.cpp
    api::imagebuilder::CancelLifecycleExecutionResponse cancel_lifecycle_execution(
        const api::CallContext& context,
        const api::imagebuilder::CancelLifecycleExecutionRequest& request) override;
    api::imagebuilder::GetLifecycleExecutionResponse get_lifecycle_execution(
        const api::CallContext& context,
        const api::imagebuilder::GetLifecycleExecutionRequest& request) override;
    api::imagebuilder::ListLifecycleExecutionsResponse list_lifecycle_executions(
        const api::CallContext& context,
        const api::imagebuilder::ListLifecycleExecutionsRequest& request) override;
    api::imagebuilder::ListLifecycleExecutionResourcesResponse list_lifecycle_execution_resources(
        const api::CallContext& context,
        const api::imagebuilder::ListLifecycleExecutionResourcesRequest& request) override;

    // resource_state_update.cpp
    api::imagebuilder::StartResourceStateUpdateResponse start_resource_state_update(
        const api::CallContext& context,
        const api::imagebuilder::StartResourceStateUpdateRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
