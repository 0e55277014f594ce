// WaitForSSMAgent: waits until the instance's agent answers, which LaunchInstance has seen once
// already; after a reboot in between it may take a moment.
#include <boost/json/object.hpp>

#include "actions/actions.h"
#include "actions/runs.h"
#include "api/generated/runner/run_types.h"

namespace goldsmith::actions {

namespace {

using workflow::Failed;

class WaitForAgent final : public workflow::Action {
public:
    explicit WaitForAgent(World& world) : world_(world) {}

    workflow::Advance advance(const workflow::StepContext& step) override {
        const Runs runs(world_, step);
        const auto instance = runs.instance();
        if (const auto* failed = std::get_if<Failed>(&instance)) {
            return *failed;
        }
        const auto& launched = std::get<LaunchedInstance>(instance);
        const auto state = runs.state(launched.run);
        if (state && state->state == api::runner::InstanceState::running) {
            return workflow::Completed{{{"status", "Success"}}};
        }
        if (!std::holds_alternative<engines::RunRunning>(world_.engine.poll(launched.run))) {
            return Failed{"instance " + launched.instance_id + " has ended", {}};
        }
        return workflow::Pending{std::chrono::milliseconds(1000), false};
    }

private:
    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_wait_for_agent(World& world) {
    return std::make_shared<WaitForAgent>(world);
}

}  // namespace goldsmith::actions
