#include "workflow/decide_run.h"

#include <boost/json.hpp>
#include <optional>

#include "base/random.h"
#include "documents/workflow_values.h"
#include "workflow/context.h"
#include "workflow/decide.h"
#include "workflow/image_status.h"
#include "workflow/plan.h"
#include "workflow/rollback.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

namespace json = boost::json;

namespace {

class RunDecision {
public:
    RunDecision(const Plan& plan, const State& state, const RunState& run, base::Time now)
        : plan_(plan), state_(state), run_(run), now_(now) {}

    std::vector<EventBody> next() const {
        if (const StepState* rollback = running_rollback()) {
            return supervise_rollback(*rollback);
        }
        if (run_.status == RunStatus::rolling_back) {
            return roll_back(UndoCause::failure, WorkflowRolledBack{run_.id});
        }
        if (const StepState* step = run_.active_step()) {
            return supervise(*step);
        }
        if (state_.cancel_requested) {
            return roll_back(UndoCause::cancellation, WorkflowCancelled{run_.id});
        }
        if (const StepState* step = aborting_step()) {
            return {WorkflowFailed{run_.id, step->message, next_rollback(plan_, run_) != nullptr}};
        }
        if (run_.steps.size() < document().steps.size()) {
            return reach_next_step();
        }
        return {WorkflowCompleted{run_.id, outputs()}};
    }

private:
    const documents::WorkflowDocument& document() const {
        return plan_.workflows[run_.workflow].document;
    }

    const StepState* running_rollback() const {
        for (const auto& step : run_.steps) {
            if (step.rollback == RollbackStatus::running) {
                return &step;
            }
        }
        return nullptr;
    }

    std::vector<EventBody> supervise_rollback(const StepState& step) const {
        if (now_ < step.give_up_at) {
            return {};
        }
        return {RollbackFailed{step.id, "The rollback did not end within " +
                                            std::to_string(rollback_limit.count()) + " minutes."}};
    }

    std::vector<EventBody> roll_back(UndoCause cause, EventBody when_done) const {
        if (const StepState* step = next_rollback(plan_, run_)) {
            return {start_rollback(*step, cause, now_)};
        }
        return {std::move(when_done)};
    }

    std::vector<EventBody> supervise(const StepState& step) const {
        if (!step.problem.empty()) {
            return {StepFailed{step.id, step.problem, {}}};
        }
        if (step.stopping != UndoCause::none) {
            return now_ < step.give_up_at ? std::vector<EventBody>{}
                                          : std::vector<EventBody>{stopped(step)};
        }
        if (step.answer) {
            return {answered(step)};
        }
        if (state_.cancel_requested) {
            return {step.waiting
                        ? EventBody(StepCancelled{step.id})
                        : StepStopping{step.id, UndoCause::cancellation, "", now_ + cancel_limit}};
        }
        if (now_ >= step.deadline) {
            return {step.waiting ? EventBody(StepFailed{step.id, timeout_message(step), {}})
                                 : StepStopping{step.id, UndoCause::timeout, timeout_message(step),
                                                now_ + cancel_limit}};
        }
        return {};
    }

    EventBody answered(const StepState& step) const {
        const StepAnswered& answer = *step.answer;
        json::object outputs{{"action", answer.resume ? "RESUME" : "STOP"}};
        if (!answer.reason.empty()) {
            outputs["reason"] = answer.reason;
        }
        if (answer.resume) {
            return StepCompleted{step.id, std::move(outputs)};
        }
        const std::string reason = answer.reason.empty() ? "." : ": " + answer.reason;
        return StepFailed{step.id, "Step '" + name_of(step) + "' was stopped by a user" + reason,
                          std::move(outputs)};
    }

    std::string name_of(const StepState& step) const { return document().steps[step.index].name; }

    std::string timeout_message(const StepState& step) const {
        const auto& described = document().steps[step.index];
        std::string message = "Step '" + described.name + "' timed out after " +
                              std::to_string(described.timeout.count()) + " seconds";
        if (described.action == "LaunchInstance") {
            message += " while verifying the availability of the agent on the instance";
        } else if (step.waiting) {
            message += " without an answer";
        }
        return message + ".";
    }

    // The failed step that ends the workflow.
    const StepState* aborting_step() const {
        if (run_.steps.empty() || run_.steps.back().status != StepStatus::failed) {
            return nullptr;
        }
        const StepState& last = run_.steps.back();
        return document().steps[last.index].on_failure == documents::StepOnFailure::abort ? &last
                                                                                          : nullptr;
    }

    std::vector<EventBody> reach_next_step() const {
        const std::size_t index = run_.steps.size();
        const documents::WorkflowStep& step = document().steps[index];
        const std::string id = "step-" + base::derive_uuid(run_.id + "/" + step.name);
        const json::object context = evaluation_context(plan_, state_, run_);
        StepStarted started{run_.id, index, id, step.inputs, now_ + step.timeout, true, ""};
        try {
            if (step.condition && !documents::holds(*step.condition, context)) {
                return {StepSkipped{run_.id, index, id}};
            }
            started.rollback_enabled = rollback_enabled(step, context);
            started.inputs = documents::resolve_inputs(step.inputs, context);
        } catch (const documents::EvaluationError& error) {
            started.problem = "Step '" + step.name + "' cannot run. " + error.what();
        }
        std::vector<EventBody> events;
        if (plan_.integrates && step.action == "ApplyImageConfigurations" &&
            state_.image_status != integrating) {
            events.push_back(ImageStatusChanged{std::string(integrating), ""});
        }
        events.push_back(std::move(started));
        return events;
    }

    static bool rollback_enabled(const documents::WorkflowStep& step, const json::object& context) {
        const json::value value = documents::resolve_value(step.rollback_enabled, context);
        if (!value.is_bool()) {
            throw documents::EvaluationError("'rollbackEnabled' is " + json::serialize(value) +
                                             ", which is not a boolean.");
        }
        return value.get_bool();
    }

    // Outputs that refer to something a skipped step would have made are left out.
    json::object outputs() const {
        const json::object context = evaluation_context(plan_, state_, run_);
        json::object result;
        for (const auto& output : document().outputs) {
            try {
                result[output.name] = documents::resolve_value(output.value, context);
            } catch (const documents::EvaluationError&) {
                continue;
            }
        }
        return result;
    }

    const Plan& plan_;
    const State& state_;
    const RunState& run_;
    base::Time now_;
};

}  // namespace

EventBody stopped(const StepState& step) {
    if (step.stopping == UndoCause::timeout) {
        return StepFailed{step.id, step.message, {}};
    }
    return StepCancelled{step.id};
}

std::vector<EventBody> decide_run(const Plan& plan, const State& state, const RunState& run,
                                  base::Time now) {
    return RunDecision(plan, state, run, now).next();
}

}  // namespace goldsmith::workflow
