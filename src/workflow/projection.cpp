#include "workflow/projection.h"

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/plan.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

namespace {

constexpr std::size_t max_message = 500;  // of the API's `message`

std::string api_status(RunStatus status) {
    switch (status) {
        case RunStatus::running:
            return "RUNNING";
        case RunStatus::completed:
            return "COMPLETED";
        case RunStatus::failed:
            return "FAILED";
        case RunStatus::rolling_back:
            return "ROLLBACK_IN_PROGRESS";
        case RunStatus::rolled_back:
            return "ROLLBACK_COMPLETED";
        case RunStatus::cancelled:
            return "CANCELLED";
    }
    return "";
}

std::string api_status(StepStatus status) {
    switch (status) {
        case StepStatus::running:
            return "RUNNING";
        case StepStatus::completed:
            return "COMPLETED";
        case StepStatus::failed:
            return "FAILED";
        case StepStatus::skipped:
            return "SKIPPED";
        case StepStatus::cancelled:
            return "CANCELLED";
    }
    return "";
}

std::string api_status(RollbackStatus status) {
    switch (status) {
        case RollbackStatus::none:
            return "";
        case RollbackStatus::running:
            return "RUNNING";
        case RollbackStatus::completed:
            return "COMPLETED";
        case RollbackStatus::failed:
            return "FAILED";
    }
    return "";
}

int count(const RunState& run, StepStatus status) {
    return static_cast<int>(std::ranges::count(run.steps, status, &StepState::status));
}

state::WorkflowRunRow row_of(const Plan& plan, const RunState& run, int ordinal) {
    const PlannedWorkflow& workflow = plan.workflows[run.workflow];
    state::WorkflowRunRow row;
    row.id = run.id;
    row.execution_id = plan.execution_id;
    row.image_arn = plan.image_arn;
    row.workflow_arn = workflow.arn;
    row.type = documents::api_name(workflow.type);
    row.status = api_status(run.status);
    row.message = shortened(run.message, max_message);
    row.parallel_group = workflow.parallel_group;
    row.total_steps = static_cast<int>(workflow.document.steps.size());
    row.succeeded_steps = count(run, StepStatus::completed);
    row.failed_steps = count(run, StepStatus::failed);
    row.skipped_steps = count(run, StepStatus::skipped);
    row.started_at = run.started_at;
    row.ended_at = run.ended_at;
    row.retried = run.retried;
    row.ordinal = ordinal;
    return row;
}

state::StepRunRow row_of(const Plan& plan, const RunState& run, const StepState& step) {
    const PlannedWorkflow& workflow = plan.workflows[run.workflow];
    const documents::WorkflowStep& described = workflow.document.steps[step.index];
    state::StepRunRow row;
    row.id = step.id;
    row.workflow_run_id = run.id;
    row.execution_id = plan.execution_id;
    row.image_arn = plan.image_arn;
    row.workflow_arn = workflow.arn;
    row.name = described.name;
    row.description = described.description;
    row.action = described.action;
    row.status = api_status(step.status);
    row.rollback_status = api_status(step.rollback);
    row.message = shortened(step.message, max_message);
    row.inputs = boost::json::serialize(step.inputs);
    row.outputs = step.outputs.empty() ? "" : boost::json::serialize(step.outputs);
    row.on_failure = documents::api_name(described.on_failure);
    row.timeout_seconds = described.timeout.count();
    row.waiting = step.waiting;
    row.started_at = step.started_at;
    row.ended_at = step.ended_at;
    row.ordinal = static_cast<int>(step.index);
    return row;
}

template <class Row>
void erase_known(std::vector<Row>& rows, const std::vector<Row>& known) {
    std::erase_if(
        rows, [&known](const Row& row) { return std::ranges::find(known, row) != known.end(); });
}

}  // namespace

Projection project(const Plan& plan, const State& state) {
    Projection projection;
    for (const auto& run : state.runs) {
        projection.workflow_runs.push_back(
            row_of(plan, run, static_cast<int>(projection.workflow_runs.size())));
        for (const auto& step : run.steps) {
            projection.step_runs.push_back(row_of(plan, run, step));
        }
    }
    return projection;
}

Projection changed_rows(Projection before, Projection after) {
    erase_known(after.workflow_runs, before.workflow_runs);
    erase_known(after.step_runs, before.step_runs);
    return after;
}

std::string shortened(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) {
        return text;
    }
    std::size_t end = bytes - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + "...";
}

}  // namespace goldsmith::workflow
