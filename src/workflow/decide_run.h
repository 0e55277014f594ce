// The part of decide() that looks at one workflow run.
#pragma once

#include <vector>

#include "base/clock.h"
#include "workflow/event.h"

namespace goldsmith::workflow {

struct Plan;
struct RunState;
struct State;
struct StepState;

/// `run` has not ended. Nothing to record: effects are going on, or the step waits.
std::vector<EventBody> decide_run(const Plan& plan, const State& state, const RunState& run,
                                  base::Time now);

/// What a step that was being stopped became: failed after a time-out, else cancelled.
EventBody stopped(const StepState& step);

}  // namespace goldsmith::workflow
