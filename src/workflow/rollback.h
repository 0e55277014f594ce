// What has to be undone. Pure functions of plan and state; used by decide().
#pragma once

#include <cstddef>

#include "base/clock.h"
#include "workflow/event.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

struct Plan;

/// Whether the step of this run has run, can be rolled back, may be, and has not been.
bool can_roll_back(const Plan& plan, const RunState& run, const StepState& step);

/// The newest step of a failed or cancelled run that has to be rolled back next; nullptr: none.
const StepState* next_rollback(const Plan& plan, const RunState& run);

/// At the end of the build: the newest instance that a workflow left running although nothing can
/// use it any more (a container build keeps its instance for the stages after it); nullptr: none.
const StepState* next_left_instance(const Plan& plan, const State& state);

RollbackStarted start_rollback(const StepState& step, UndoCause cause, base::Time now);

}  // namespace goldsmith::workflow
