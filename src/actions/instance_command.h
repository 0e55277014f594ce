// InstanceCommand: the shape that most actions share: one command to the runner of the instance
// that `instanceId` names, and what its success means.
#pragma once

#include "actions/runs.h"
#include "api/generated/runner/run_types.h"

namespace goldsmith::actions {

class InstanceCommand : public workflow::Action {
public:
    explicit InstanceCommand(World& world) : world_(world) {}

    workflow::Advance advance(const workflow::StepContext& step) final;

protected:
    virtual api::runner::Command command(const workflow::StepContext& step) = 0;
    /// The default: `runCommandId`, `status` and an empty `output`, as RunCommand-like actions
    /// answer.
    virtual workflow::Advance succeeded(const workflow::StepContext& step,
                                        const LaunchedInstance& instance,
                                        const api::runner::CommandResult& result);

    World& world_;
};

}  // namespace goldsmith::actions
