#include "workflow/state.h"

#include <algorithm>

namespace goldsmith::workflow {

bool RunState::ended() const {
    return status != RunStatus::running && status != RunStatus::rolling_back;
}

const StepState* RunState::active_step() const {
    return !steps.empty() && steps.back().status == StepStatus::running ? &steps.back() : nullptr;
}

const RunState* State::find_run(std::string_view id) const {
    const auto found = std::ranges::find(runs, id, &RunState::id);
    return found == runs.end() ? nullptr : &*found;
}

const RunState* State::current_run(std::size_t workflow) const {
    const auto found = std::ranges::find_if(
        runs, [workflow](const RunState& run) { return run.workflow == workflow && !run.retried; });
    return found == runs.end() ? nullptr : &*found;
}

const StepState* State::find_step(std::string_view id) const {
    for (const auto& run : runs) {
        const auto found = std::ranges::find(run.steps, id, &StepState::id);
        if (found != run.steps.end()) {
            return &*found;
        }
    }
    return nullptr;
}

State replay(const Plan& plan, const std::vector<Event>& events) {
    State state;
    for (const auto& event : events) {
        state = next_state(plan, std::move(state), event);
    }
    return state;
}

}  // namespace goldsmith::workflow
