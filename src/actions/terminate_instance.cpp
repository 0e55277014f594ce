// TerminateInstance: ends a machine and removes what is left of it.
#include <chrono>

#include "actions/actions.h"
#include "actions/runs.h"

namespace goldsmith::actions {

namespace {

using workflow::Advance;
using workflow::Completed;
using workflow::Failed;
using workflow::Pending;
using workflow::StepContext;

class TerminateInstance final : public workflow::Action {
public:
    explicit TerminateInstance(World& world) : world_(world) {}

    Advance advance(const StepContext& step) override {
        const Runs runs(world_, step);
        const auto instance = runs.instance();
        if (std::holds_alternative<Failed>(instance)) {
            return Completed{};  // gone already: what was asked for
        }
        if (runs.terminate(std::get<LaunchedInstance>(instance))) {
            return Completed{};
        }
        return Pending{std::chrono::milliseconds(500), false};
    }

private:
    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_terminate_instance(World& world) {
    return std::make_shared<TerminateInstance>(world);
}

}  // namespace goldsmith::actions
