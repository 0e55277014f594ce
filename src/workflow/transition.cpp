// next_state(): one overload per kind of event, each stating first what must hold.
#include <algorithm>

#include "workflow/image_status.h"
#include "workflow/plan.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

namespace {

void require(bool holds, const char* what) {
    if (!holds) {
        throw ImpossibleEvent(what);
    }
}

class Transition {
public:
    Transition(const Plan& plan, State& state, base::Time time)
        : plan_(plan), state_(state), time_(time) {}

    void operator()(const ImageStatusChanged& event) {
        require(!state_.concluded, "the image has its last status already");
        state_.image_status = event.status;
        state_.image_reason = event.reason;
        state_.concluded = is_last_status(event.status);
    }

    void operator()(const WorkflowStarted& event) {
        require(!state_.concluded && !state_.cancel_requested, "the execution is over");
        require(event.workflow < plan_.workflows.size(), "the plan has no such workflow");
        require(state_.current_run(event.workflow) == nullptr, "the workflow runs already");
        require(state_.find_run(event.run) == nullptr, "the run's id is taken");
        RunState run;
        run.id = event.run;
        run.workflow = event.workflow;
        run.started_at = time_;
        state_.runs.push_back(std::move(run));
    }

    void operator()(const WorkflowCompleted& event) {
        RunState& run = idle_run(event.run);
        require(run.steps.size() == steps_of(run).size(), "the workflow has further steps");
        run.outputs = event.outputs;
        end(run, RunStatus::completed);
    }

    void operator()(const WorkflowFailed& event) {
        RunState& run = idle_run(event.run);
        require(!run.steps.empty() && run.steps.back().status == StepStatus::failed,
                "no step of the workflow failed");
        run.message = event.message;
        if (event.rolls_back) {
            run.status = RunStatus::rolling_back;
        } else {
            end(run, RunStatus::failed);
        }
    }

    void operator()(const WorkflowRolledBack& event) {
        RunState& run = this->run(event.run);
        require(run.status == RunStatus::rolling_back, "the workflow is not rolling back");
        require(!rolls_back(run), "a step is still being rolled back");
        end(run, RunStatus::rolled_back);
    }

    void operator()(const WorkflowCancelled& event) {
        RunState& run = idle_run(event.run);
        require(state_.cancel_requested, "nobody asked to cancel");
        require(!rolls_back(run), "a step is still being rolled back");
        end(run, RunStatus::cancelled);
    }

    void operator()(const StepSkipped& event) {
        StepState& step = add_step(event.run, event.step, event.id);
        step.status = StepStatus::skipped;
        step.ended_at = time_;
    }

    void operator()(const StepStarted& event) {
        StepState& step = add_step(event.run, event.step, event.id);
        step.inputs = event.inputs;
        step.deadline = event.deadline;
        step.rollback_enabled = event.rollback_enabled;
        step.problem = event.problem;
    }

    void operator()(const StepWaiting& event) {
        StepState& step = running_step(event.id);
        require(step.stopping == UndoCause::none && !step.waiting, "the step cannot wait");
        step.waiting = true;
    }

    void operator()(const StepAnswered& event) {
        StepState& step = running_step(event.id);
        require(step.waiting && !step.answer, "the step does not wait for an answer");
        step.waiting = false;
        step.answer = event;
    }

    void operator()(const StepStopping& event) {
        StepState& step = running_step(event.id);
        require(step.stopping == UndoCause::none, "the step is being stopped already");
        step.stopping = event.cause;
        step.message = event.message;
        step.give_up_at = event.give_up_at;
    }

    void operator()(const StepCompleted& event) {
        StepState& step = running_step(event.id);
        require(step.stopping == UndoCause::none, "the step is being stopped");
        step.outputs = event.outputs;
        end(step, StepStatus::completed);
    }

    void operator()(const StepFailed& event) {
        StepState& step = running_step(event.id);
        require(step.stopping != UndoCause::cancellation, "the step is being cancelled");
        step.message = event.message;
        step.outputs = event.outputs;
        end(step, StepStatus::failed);
    }

    void operator()(const StepCancelled& event) {
        StepState& step = running_step(event.id);
        require(state_.cancel_requested, "nobody asked to cancel");
        end(step, StepStatus::cancelled);
    }

    void operator()(const RollbackStarted& event) {
        StepState& step = this->step(event.id);
        require(step.status != StepStatus::running && step.status != StepStatus::skipped,
                "only a step that has run can be rolled back");
        require(step.rollback == RollbackStatus::none, "the step was rolled back before");
        step.rollback = RollbackStatus::running;
        step.rollback_cause = event.cause;
        step.give_up_at = event.give_up_at;
    }

    void operator()(const RollbackCompleted& event) {
        rolled_back_step(event.id).rollback = RollbackStatus::completed;
    }

    void operator()(const RollbackFailed& event) {
        StepState& step = rolled_back_step(event.id);
        step.rollback = RollbackStatus::failed;
        step.message += (step.message.empty() ? "" : " ") + event.message;
    }

    void operator()(const CancelRequested&) {
        require(!state_.concluded, "the image has its last status already");
        require(!state_.cancel_requested, "somebody asked to cancel before");
        state_.cancel_requested = true;
    }

    void operator()(const RetryRequested&) {
        require(state_.concluded && is_retryable(state_.image_status),
                "only a failed or cancelled image can be tried again");
        auto stage = documents::WorkflowType::build;
        for (const auto& run : state_.runs) {
            stage = run.retried ? stage : std::max(stage, plan_.workflows[run.workflow].type);
        }
        for (auto& run : state_.runs) {
            run.retried = run.retried || plan_.workflows[run.workflow].type == stage;
        }
        state_.concluded = false;
        state_.finished = false;
        state_.cancel_requested = false;
    }

    void operator()(const ExecutionFinished&) {
        require(state_.concluded && !state_.finished, "the image has no last status yet");
        state_.finished = true;
    }

private:
    RunState& run(const std::string& id) {
        const auto found = std::ranges::find(state_.runs, id, &RunState::id);
        require(found != state_.runs.end(), "there is no such workflow run");
        return *found;
    }

    // A run that goes on and has no step running.
    RunState& idle_run(const std::string& id) {
        RunState& found = run(id);
        require(found.status == RunStatus::running, "the workflow run is over");
        require(found.active_step() == nullptr, "a step of the workflow is running");
        return found;
    }

    StepState& step(const std::string& id) {
        for (auto& run : state_.runs) {
            const auto found = std::ranges::find(run.steps, id, &StepState::id);
            if (found != run.steps.end()) {
                return *found;
            }
        }
        throw ImpossibleEvent("there is no such step run");
    }

    StepState& running_step(const std::string& id) {
        StepState& found = step(id);
        require(found.status == StepStatus::running, "the step is not running");
        return found;
    }

    StepState& rolled_back_step(const std::string& id) {
        StepState& found = step(id);
        require(found.rollback == RollbackStatus::running, "the step is not being rolled back");
        return found;
    }

    StepState& add_step(const std::string& run_id, std::size_t index, const std::string& id) {
        RunState& run = idle_run(run_id);
        require(!state_.cancel_requested, "the execution is being cancelled");
        require(index == run.steps.size() && index < steps_of(run).size(),
                "this is not the workflow's next step");
        require(state_.find_step(id) == nullptr, "the step's id is taken");
        StepState step;
        step.id = id;
        step.index = index;
        step.started_at = time_;
        run.steps.push_back(std::move(step));
        return run.steps.back();
    }

    static bool rolls_back(const RunState& run) {
        return std::ranges::any_of(run.steps, [](const StepState& step) {
            return step.rollback == RollbackStatus::running;
        });
    }

    const std::vector<documents::WorkflowStep>& steps_of(const RunState& run) const {
        return plan_.workflows[run.workflow].document.steps;
    }

    void end(RunState& run, RunStatus status) {
        run.status = status;
        run.ended_at = time_;
    }

    void end(StepState& step, StepStatus status) {
        step.status = status;
        step.ended_at = time_;
        step.waiting = false;
    }

    const Plan& plan_;
    State& state_;
    base::Time time_;
};

}  // namespace

State next_state(const Plan& plan, State state, const Event& event) {
    try {
        require(event.sequence == state.last_sequence + 1, "the sequence has a gap");
        require(!state.finished || std::holds_alternative<RetryRequested>(event.body),
                "the execution has finished");
        std::visit(Transition(plan, state, event.time), event.body);
    } catch (const ImpossibleEvent& error) {
        throw ImpossibleEvent("event " + std::to_string(event.sequence) + " (" +
                              std::string(kind_of(event.body)) + ") of execution " +
                              plan.execution_id + " cannot happen here: " + error.what());
    }
    state.last_sequence = event.sequence;
    state.last_time = event.time;
    return state;
}

}  // namespace goldsmith::workflow
