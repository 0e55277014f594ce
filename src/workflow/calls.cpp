#include "workflow/calls.h"

#include <boost/json.hpp>
#include <condition_variable>

#include "base/error.h"
#include "base/guarded.h"
#include "workflow/context.h"
#include "workflow/plan.h"
#include "workflow/session.h"

namespace goldsmith::workflow {

namespace {

StepContext context_of(const Session& session, const Effect& effect, std::stop_token stop) {
    const Plan& plan = *session.plan();
    for (const auto& run : session.state().runs) {
        for (const auto& step : run.steps) {
            if (step.id != effect.step) {
                continue;
            }
            const PlannedWorkflow& workflow = plan.workflows[run.workflow];
            const documents::WorkflowStep& described = workflow.document.steps[step.index];
            const bool rolls_back = effect.kind == Effect::Kind::roll_back;
            return {.plan = plan,
                    .workflow_index = run.workflow,
                    .workflow_type = workflow.type,
                    .workflow_execution_id = run.id,
                    .step_execution_id = step.id,
                    .token = step.id,
                    .step_name = described.name,
                    .action = described.action,
                    .inputs = step.inputs,
                    .outputs = rolls_back ? step.outputs : boost::json::object{},
                    .output_image_id = output_image_id(plan, session.state()),
                    .started_at = step.started_at,
                    .deadline = rolls_back || step.stopping != UndoCause::none ? step.give_up_at
                                                                               : step.deadline,
                    .cause = rolls_back ? step.rollback_cause : step.stopping,
                    .stop = std::move(stop)};
        }
    }
    throw base::Error("no step " + effect.step);
}

std::variant<Advance, Undo> call(Action* action, const Effect& effect, const StepContext& step) {
    const bool advances = effect.kind == Effect::Kind::advance;
    try {
        if (action == nullptr) {
            return advances ? std::variant<Advance, Undo>(Advance(Failed{
                                  "The action " + step.action + " is not implemented yet.", {}}))
                            : Undo(RolledBack{});
        }
        switch (effect.kind) {
            case Effect::Kind::advance:
                return action->advance(step);
            case Effect::Kind::cancel:
                return action->cancel(step);
            case Effect::Kind::roll_back:
                return action->roll_back(step);
        }
    } catch (...) {
        Failed failure{base::current_error_chain(), {}};
        return advances ? std::variant<Advance, Undo>(Advance(std::move(failure)))
                        : Undo(std::move(failure));
    }
    return Undo(RolledBack{});
}

}  // namespace

struct Calls::Box {
    base::Guarded<Mail> mail;
    std::condition_variable changed;
};

Calls::Calls(const ActionRegistry& actions, Executor& executor)
    : actions_(actions), executor_(executor), box_(std::make_shared<Box>()) {}

Calls::~Calls() {
    stop_all();
}

const Effect* Calls::running(const std::string& step) const {
    const auto found = flights_.find(step);
    return found == flights_.end() ? nullptr : &found->second.effect;
}

void Calls::start(const Session& session, const Effect& effect) {
    Flight& flight = flights_[effect.step];
    flight.effect = effect;
    const auto step =
        std::make_shared<StepContext>(context_of(session, effect, flight.stop.get_token()));
    Action* action = actions_.find(step->action);
    executor_.submit([box = box_, plan = session.plan(), step, action, effect, id = session.id()] {
        Outcome outcome{id, effect, call(action, effect, *step)};
        box->mail.lock()->outcomes.push_back(std::move(outcome));
        box->changed.notify_one();
    });
}

void Calls::stop(const std::string& step) {
    if (const auto found = flights_.find(step); found != flights_.end()) {
        found->second.stop.request_stop();
    }
}

void Calls::stop_all() {
    for (auto& [step, flight] : flights_) {
        flight.stop.request_stop();
    }
}

void Calls::notify(const std::string& execution) {
    box_->mail.lock()->notified.insert(execution);
    box_->changed.notify_one();
}

Mail Calls::take() {
    Mail mail = std::exchange(*box_->mail.lock(), Mail{});
    for (const auto& outcome : mail.outcomes) {
        flights_.erase(outcome.effect.step);
    }
    return mail;
}

bool Calls::has_mail() const {
    auto mail = box_->mail.lock();
    return !mail->outcomes.empty() || !mail->notified.empty();
}

void Calls::wait_for_mail(std::chrono::milliseconds limit) {
    auto mail = box_->mail.lock();
    mail.wait_until(box_->changed, std::chrono::steady_clock::now() + limit,
                    [&] { return !mail->outcomes.empty() || !mail->notified.empty(); });
}

}  // namespace goldsmith::workflow
