// What the steps of a run can refer to. Pure functions of plan and state.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace goldsmith::workflow {

struct Plan;
struct RunState;
struct State;

/// The context of documents/workflow_values.h for the next step (or the outputs) of `run`.
boost::json::object evaluation_context(const Plan& plan, const State& state, const RunState& run);

/// imageId of the last CreateImage or RegisterImage that completed in an attempt that counts; ""
/// before.
std::string output_image_id(const Plan& plan, const State& state);

}  // namespace goldsmith::workflow
