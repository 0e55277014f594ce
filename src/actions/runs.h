// Runs: how actions speak to the runner that owns an instance. Wraps the engine's documents in the
// types of model/runner and turns "not there yet", "failed" and "died" into outcomes of a step.
// Cheap; made per call.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "actions/world.h"
#include "engines/engine.h"
#include "workflow/action.h"

namespace goldsmith::api::runner {
struct Command;
struct CommandResult;
struct RunState;
}  // namespace goldsmith::api::runner

namespace goldsmith::actions {

/// What actions need to know of an instance that LaunchInstance made.
struct LaunchedInstance {
    std::string instance_id;
    engines::RunId run;
};

class Runs {
public:
    Runs(World& world, const workflow::StepContext& step) : world_(world), step_(step) {}

    /// The instance that the step's `instanceId` input names, or the sentence that says why there
    /// is none.
    std::variant<LaunchedInstance, workflow::Failed> instance() const;

    /// Sends `command` under the step's token (once, however often it is called) and answers with
    /// `on_success(result)` when the runner says it succeeded.
    workflow::Advance command(
        const LaunchedInstance& instance, api::runner::Command command,
        const std::function<workflow::Advance(const api::runner::CommandResult&)>& on_success)
        const;

    std::optional<api::runner::RunState> state(const engines::RunId& run) const;

    /// Ends the machine and removes what is left of its run. True when nothing is left.
    bool terminate(const LaunchedInstance& instance) const;

private:
    workflow::Pending wait_for(const engines::RunId& run) const;

    World& world_;
    const workflow::StepContext& step_;
};

}  // namespace goldsmith::actions
