// The runs of an instance that RunInstances made: their names, what starts one, what is left of
// one. Each start of the machine is a run of its own, over the instance's own folder. Cheap; made
// per turn.
#pragma once

#include <optional>
#include <string>

#include "actions/world.h"
#include "base/files.h"
#include "engines/engine.h"
#include "state/instances.h"

namespace goldsmith::api::runner {
struct Command;
struct CommandResult;
struct RunState;
}  // namespace goldsmith::api::runner

namespace goldsmith::controllers {

class InstanceRuns {
public:
    explicit InstanceRuns(actions::World& world) : world_(world) {}

    /// The run of the row's present generation, submitted or not.
    static engines::RunId run_of(const state::InstanceRow& row);
    /// The run that the row names; nothing when its machine is off.
    static std::optional<engines::RunId> current_run(const state::InstanceRow& row);

    /// Starts the machine, or finds that it was started. Returns why it can never start with what
    /// it was launched with (its network is gone from the configuration), or nothing. Throws
    /// base::Error.
    std::optional<std::string> submit(const state::InstanceRow& row) const;
    std::optional<api::runner::RunState> state(const engines::RunId& run) const;
    void send(const engines::RunId& run, const api::runner::Command& command) const;
    std::optional<api::runner::CommandResult> result(const engines::RunId& run,
                                                     const std::string& command_id) const;

    /// Where the instance's disk and console are.
    base::Path folder_of(const state::InstanceRow& row) const;
    /// Removes the instance's folder, and what was kept of a failed machine of a build.
    void remove_folders(const state::InstanceRow& row) const;

private:
    actions::World& world_;
};

}  // namespace goldsmith::controllers
