#include "workflow/context.h"

#include <boost/json.hpp>

#include "workflow/plan.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

namespace json = boost::json;

namespace {

json::object step_outputs(const PlannedWorkflow& workflow, const RunState& run) {
    json::object outputs;
    for (const auto& step : run.steps) {
        // A failed step has outputs when they say how it failed (the answer of WaitForAction).
        const bool has_any = step.status == StepStatus::completed ||
                             (step.status == StepStatus::failed && !step.outputs.empty());
        if (has_any) {
            outputs[workflow.document.steps[step.index].name] = step.outputs;
        }
    }
    return outputs;
}

json::object workflow_outputs(const State& state) {
    json::object outputs;
    for (const auto& run : state.runs) {
        if (run.status != RunStatus::completed || run.retried) {
            continue;
        }
        for (const auto& [name, value] : run.outputs) {
            outputs[name] = value;
        }
    }
    return outputs;
}

}  // namespace

json::object evaluation_context(const Plan& plan, const State& state, const RunState& run) {
    const PlannedWorkflow& workflow = plan.workflows[run.workflow];
    json::object system = plan.system_variables;
    system["workflowPhase"] = documents::phase_name(workflow.type);
    return {{"parameters", workflow.parameters},
            {"stepOutputs", step_outputs(workflow, run)},
            {"workflowOutputs", workflow_outputs(state)},
            {"imagebuilder", std::move(system)}};
}

std::string output_image_id(const Plan& plan, const State& state) {
    std::string last;
    for (const auto& run : state.runs) {
        if (run.retried) {
            continue;
        }
        const auto& steps = plan.workflows[run.workflow].document.steps;
        for (const auto& step : run.steps) {
            const std::string& action = steps[step.index].action;
            const json::value* id = step.outputs.if_contains("imageId");
            if ((action == "CreateImage" || action == "RegisterImage") &&
                step.status == StepStatus::completed && id != nullptr && id->is_string()) {
                last = std::string(id->get_string());
            }
        }
    }
    return last;
}

}  // namespace goldsmith::workflow
