#include "workflow/rollback.h"

#include <boost/json.hpp>

#include "documents/workflow_actions.h"
#include "workflow/decide.h"
#include "workflow/plan.h"

namespace goldsmith::workflow {

namespace {

const documents::WorkflowStep& document_step(const Plan& plan, const RunState& run,
                                             const StepState& step) {
    return plan.workflows[run.workflow].document.steps[step.index];
}

bool has_terminated(const Plan& plan, const State& state, const boost::json::value& instance) {
    for (const auto& run : state.runs) {
        for (const auto& step : run.steps) {
            const auto* ended = step.inputs.if_contains("instanceId");
            if (document_step(plan, run, step).action == "TerminateInstance" &&
                step.status == StepStatus::completed && ended != nullptr && *ended == instance) {
                return true;
            }
        }
    }
    return false;
}

bool is_left(const Plan& plan, const State& state, const RunState& run, const StepState& step) {
    if (document_step(plan, run, step).action != "LaunchInstance" ||
        !can_roll_back(plan, run, step)) {
        return false;
    }
    const auto* instance = step.outputs.if_contains("instanceId");
    return instance == nullptr || !has_terminated(plan, state, *instance);
}

}  // namespace

bool can_roll_back(const Plan& plan, const RunState& run, const StepState& step) {
    const auto* action = documents::find_workflow_action(document_step(plan, run, step).action);
    const bool has_run = step.status == StepStatus::completed ||
                         step.status == StepStatus::cancelled ||
                         (step.status == StepStatus::failed && step.problem.empty());
    return has_run && step.rollback == RollbackStatus::none && step.rollback_enabled &&
           action != nullptr && action->rolls_back;
}

const StepState* next_rollback(const Plan& plan, const RunState& run) {
    for (auto step = run.steps.rbegin(); step != run.steps.rend(); ++step) {
        if (can_roll_back(plan, run, *step)) {
            return &*step;
        }
    }
    return nullptr;
}

const StepState* next_left_instance(const Plan& plan, const State& state) {
    for (auto run = state.runs.rbegin(); run != state.runs.rend(); ++run) {
        for (auto step = run->steps.rbegin(); step != run->steps.rend(); ++step) {
            if (is_left(plan, state, *run, *step)) {
                return &*step;
            }
        }
    }
    return nullptr;
}

RollbackStarted start_rollback(const StepState& step, UndoCause cause, base::Time now) {
    return {step.id, cause, now + rollback_limit};
}

}  // namespace goldsmith::workflow
