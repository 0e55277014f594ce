// The rows that the API shows, as a function of the state. Written by the same transaction that
// appends the events, so they never say anything else than the log.
#pragma once

#include <vector>

#include "state/execution_rows.h"

namespace goldsmith::workflow {

struct Plan;
struct State;

struct Projection {
    std::vector<state::WorkflowRunRow> workflow_runs;
    std::vector<state::StepRunRow> step_runs;
};

Projection project(const Plan& plan, const State& state);

/// The rows of `after` that are not in `before` as they are.
Projection changed_rows(Projection before, Projection after);

/// At most `bytes` of a text, cut between characters and ended by "..." if anything was cut.
std::string shortened(const std::string& text, std::size_t bytes);

}  // namespace goldsmith::workflow
