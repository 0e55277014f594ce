#include "workflow/decide.h"

#include <algorithm>
#include <map>

#include "base/random.h"
#include "workflow/decide_run.h"
#include "workflow/image_status.h"
#include "workflow/plan.h"
#include "workflow/rollback.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

namespace {

using documents::WorkflowType;

// Workflows that run at the same time, in the order in which they do.
std::vector<std::vector<std::size_t>> units(const Plan& plan) {
    std::vector<std::vector<std::size_t>> result;
    for (const auto type : {WorkflowType::build, WorkflowType::test, WorkflowType::distribution}) {
        std::map<std::string, std::size_t> group_units;
        for (std::size_t i = 0; i < plan.workflows.size(); ++i) {
            const PlannedWorkflow& workflow = plan.workflows[i];
            if (workflow.type != type || (type == WorkflowType::test && !plan.tests_enabled)) {
                continue;
            }
            if (!workflow.parallel_group.empty()) {
                const auto [at, fresh] =
                    group_units.emplace(workflow.parallel_group, result.size());
                if (!fresh) {
                    result[at->second].push_back(i);
                    continue;
                }
            }
            result.push_back({i});
        }
    }
    return result;
}

std::string_view stage_status(WorkflowType type) {
    switch (type) {
        case WorkflowType::build:
            return building;
        case WorkflowType::test:
            return testing;
        case WorkflowType::distribution:
            return distributing;
    }
    return "";
}

bool is_failure(const RunState& run) {
    return run.status == RunStatus::failed || run.status == RunStatus::rolling_back ||
           run.status == RunStatus::rolled_back;
}

// The run whose failure is the image's failure.
const RunState* fatal_run(const Plan& plan, const State& state) {
    const auto found = std::ranges::find_if(state.runs, [&plan](const RunState& run) {
        return is_failure(run) && !run.retried &&
               plan.workflows[run.workflow].on_failure == TestFailure::abort;
    });
    return found == state.runs.end() ? nullptr : &*found;
}

class ExecutionDecision {
public:
    ExecutionDecision(const Plan& plan, const State& state, base::Time now)
        : plan_(plan), state_(state), now_(now) {}

    std::vector<EventBody> next() const {
        if (state_.concluded) {
            return state_.finished ? std::vector<EventBody>{}
                                   : std::vector<EventBody>{ExecutionFinished{}};
        }
        if (auto events = continue_runs(); !events.empty()) {
            return events;
        }
        if (state_.cancel_requested || fatal_run(plan_, state_) != nullptr) {
            const bool over = std::ranges::all_of(state_.runs, &RunState::ended);
            return over ? conclude() : std::vector<EventBody>{};
        }
        for (const auto& unit : units(plan_)) {
            if (auto events = start_missing(unit); !events.empty()) {
                return events;
            }
            const bool over = std::ranges::all_of(
                unit, [this](std::size_t i) { return state_.current_run(i)->ended(); });
            if (!over) {
                return {};
            }
        }
        return conclude();
    }

private:
    std::vector<EventBody> continue_runs() const {
        std::vector<EventBody> events;
        for (const auto& run : state_.runs) {
            if (!run.ended()) {
                std::ranges::move(decide_run(plan_, state_, run, now_), std::back_inserter(events));
            }
        }
        return events;
    }

    std::vector<EventBody> start_missing(const std::vector<std::size_t>& unit) const {
        std::vector<EventBody> events;
        for (const std::size_t workflow : unit) {
            if (state_.current_run(workflow) == nullptr) {
                events.push_back(WorkflowStarted{workflow, run_id(workflow)});
            }
        }
        const std::string status(stage_status(plan_.workflows[unit.front()].type));
        if (!events.empty() && state_.image_status != status) {
            events.insert(events.begin(), ImageStatusChanged{status, ""});
        }
        return events;
    }

    // The plan's id for the first attempt, one derived from it for each further attempt.
    std::string run_id(std::size_t workflow) const {
        const std::string& first = plan_.workflows[workflow].workflow_execution_id;
        const auto attempts = std::ranges::count(state_.runs, workflow, &RunState::workflow);
        return attempts == 0
                   ? first
                   : "wf-" + base::derive_uuid(first + "/" + std::to_string(attempts + 1));
    }

    // All runs have ended: end what they left running, then give the image its last status.
    std::vector<EventBody> conclude() const {
        for (const auto& run : state_.runs) {
            for (const auto& step : run.steps) {
                if (step.rollback == RollbackStatus::running) {
                    return now_ < step.give_up_at ? std::vector<EventBody>{}
                                                  : std::vector<EventBody>{RollbackFailed{
                                                        step.id, "The rollback did not end."}};
                }
            }
        }
        if (const StepState* step = next_left_instance(plan_, state_)) {
            return {start_rollback(*step, conclusion_cause(), now_)};
        }
        return {last_status(), ExecutionFinished{}};
    }

    UndoCause conclusion_cause() const {
        if (state_.cancel_requested) {
            return UndoCause::cancellation;
        }
        return fatal_run(plan_, state_) != nullptr ? UndoCause::failure : UndoCause::build_finished;
    }

    ImageStatusChanged last_status() const {
        if (state_.cancel_requested) {
            return {std::string(cancelled), ""};
        }
        if (const RunState* run = fatal_run(plan_, state_)) {
            return {std::string(failed),
                    "Workflow Execution ID: '" + run->id + "' failed with reason: " + run->message};
        }
        return {std::string(available), ""};
    }

    const Plan& plan_;
    const State& state_;
    base::Time now_;
};

void add_effects(const RunState& run, std::vector<Effect>& effects) {
    for (const auto& step : run.steps) {
        if (step.rollback == RollbackStatus::running) {
            effects.push_back({Effect::Kind::roll_back, step.id});
        } else if (step.status != StepStatus::running || step.waiting || step.answer ||
                   !step.problem.empty()) {
            continue;
        } else if (step.stopping != UndoCause::none) {
            effects.push_back({Effect::Kind::cancel, step.id});
        } else {
            effects.push_back({Effect::Kind::advance, step.id});
        }
    }
}

bool is_due(const State& state, const Effect& effect) {
    const auto effects = due_effects(state);
    return std::ranges::find(effects, effect) != effects.end();
}

}  // namespace

std::vector<EventBody> decide(const Plan& plan, const State& state, base::Time now) {
    return ExecutionDecision(plan, state, now).next();
}

std::vector<Effect> due_effects(const State& state) {
    std::vector<Effect> effects;
    for (const auto& run : state.runs) {
        add_effects(run, effects);
    }
    return effects;
}

std::optional<base::Time> next_deadline(const State& state) {
    std::optional<base::Time> next;
    const auto consider = [&next](base::Time time) { next = next ? std::min(*next, time) : time; };
    for (const auto& run : state.runs) {
        for (const auto& step : run.steps) {
            if (step.rollback == RollbackStatus::running) {
                consider(step.give_up_at);
            } else if (step.status == StepStatus::running) {
                consider(step.stopping == UndoCause::none ? step.deadline : step.give_up_at);
            }
        }
    }
    return next;
}

std::optional<EventBody> outcome_event(const State& state, const Effect& effect,
                                       const Advance& outcome) {
    if (!is_due(state, effect)) {
        return std::nullopt;
    }
    if (const auto* completed = std::get_if<Completed>(&outcome)) {
        return StepCompleted{effect.step, completed->outputs};
    }
    if (const auto* failure = std::get_if<Failed>(&outcome)) {
        return StepFailed{effect.step, failure->message, failure->outputs};
    }
    return std::get<Pending>(outcome).waits_for_answer
               ? std::optional<EventBody>(StepWaiting{effect.step})
               : std::nullopt;
}

std::optional<EventBody> outcome_event(const State& state, const Effect& effect,
                                       const Undo& outcome) {
    if (!is_due(state, effect) || std::holds_alternative<Pending>(outcome)) {
        return std::nullopt;
    }
    const auto* failure = std::get_if<Failed>(&outcome);
    if (effect.kind == Effect::Kind::cancel) {
        // What could not be stopped in order is left to the rollback of the instance it runs on.
        return stopped(*state.find_step(effect.step));
    }
    return failure != nullptr ? EventBody(RollbackFailed{effect.step, failure->message})
                              : RollbackCompleted{effect.step};
}

}  // namespace goldsmith::workflow
