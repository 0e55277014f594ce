// Random histories: whatever actions answer, whenever users cancel, answer or retry, decide() only
// says what next_state() accepts, the build ends, and no instance is forgotten.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <random>

#include "workflow/context.h"
#include "workflow/decide.h"
#include "workflow/harness.h"
#include "workflow/projection.h"
#include "workflow/state.h"

namespace goldsmith::workflow {
namespace {

using documents::WorkflowType;

constexpr const char* wild_test = R"(
schemaVersion: 1.0
steps:
  - {name: Launch, action: LaunchInstance, timeoutSeconds: 600, inputs: {waitFor: ssmAgent}}
  - {name: Ask, action: WaitForAction, onFailure: Continue, timeoutSeconds: 600}
  - name: Check
    action: ExecuteComponents
    timeoutSeconds: 600
    onFailure: Continue
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
  - name: End
    action: TerminateInstance
    if: {stringEquals: RESUME, value: "$.stepOutputs.Ask.action"}
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
)";

Plan plan_of(int kind) {
    const auto wild = [](const std::string& group, TestFailure on_failure) {
        return WorkflowChoice{"", wild_test, WorkflowType::test, group, on_failure};
    };
    switch (kind % 3) {
        case 0:
            return make_plan({{.managed = "build-container"},
                              {.managed = "test-container"},
                              {.managed = "distribute-container"}},
                             "DOCKER");
        case 1:
            return make_plan({{.managed = "build-image"},
                              {.managed = "test-image"},
                              wild("g", TestFailure::carry_on),
                              wild("g", TestFailure::abort),
                              {.managed = "distribute-image"}});
        default:
            return make_plan({wild("", TestFailure::carry_on), wild("", TestFailure::abort)});
    }
}

class History {
public:
    explicit History(unsigned seed) : random_(seed), plan_(plan_of(static_cast<int>(seed))) {}

    void run() {
        for (int round = 0; round < 3000 && !over_; ++round) {
            settle();
            check();
            if (state_.finished) {
                expect_no_instance_left();
                over_ = !one_in(3) || !try_fact(RetryRequested{});
                continue;
            }
            disturb();
            const auto effects = due_effects(state_);
            if (effects.empty()) {
                pass_time(700);
            } else {
                answer(effects[pick(effects.size())]);
            }
        }
        ASSERT_TRUE(over_) << "the build does not end";
        EXPECT_EQ(replayed(), project(plan_, state_).step_runs);
    }

private:
    void fold(EventBody body) {
        Event event{state_.last_sequence + 1, now_, std::move(body)};
        state_ = next_state(plan_, std::move(state_), event);
        log_.push_back(from_row(to_row(event)));
    }

    bool try_fact(EventBody body) {
        try {
            next_state(plan_, state_, {state_.last_sequence + 1, now_, body});
        } catch (const ImpossibleEvent&) {
            return false;
        }
        fold(std::move(body));
        return true;
    }

    void settle() {
        for (int i = 0; i < 500; ++i) {
            const auto events = decide(plan_, state_, now_);
            if (events.empty()) {
                return;
            }
            // A crash may cut a batch anywhere: fold only a part of it now and then.
            const std::size_t count = one_in(4) ? 1 + pick(events.size()) : events.size();
            for (std::size_t k = 0; k < count; ++k) {
                fold(events[k]);
            }
        }
        FAIL() << "decide() never comes to rest";
    }

    void disturb() {
        if (one_in(60)) {
            try_fact(CancelRequested{});
        }
        if (one_in(10)) {
            pass_time(static_cast<int>(pick(400)));
        }
        for (const auto& run : state_.runs) {
            for (const auto& step : run.steps) {
                if (step.waiting && one_in(3)) {
                    fold(StepAnswered{step.id, one_in(2), "r"});
                    return;
                }
            }
        }
    }

    void answer(const Effect& effect) {
        const StepState step = *state_.find_step(effect.step);
        std::optional<EventBody> fact;
        if (effect.kind != Effect::Kind::advance) {
            fact = outcome_event(state_, effect,
                                 one_in(6) ? Undo(Failed{"no", {}}) : Undo(RolledBack{}));
        } else if (one_in(8)) {
            fact = outcome_event(state_, effect, Advance(Failed{"no", {}}));
        } else {
            fact = outcome_event(state_, effect, advance(step));
        }
        ASSERT_TRUE(fact);
        fold(*fact);
    }

    Advance advance(const StepState& step) const {
        for (const auto& run : state_.runs) {
            const auto& steps = plan_.workflows[run.workflow].document.steps;
            if (std::ranges::find(run.steps, step.id, &StepState::id) == run.steps.end()) {
                continue;
            }
            const std::string& action = steps[step.index].action;
            if (action == "WaitForAction") {
                return Pending{std::chrono::milliseconds(0), true};
            }
            if (action == "LaunchInstance") {
                return Completed{{{"instanceId", "i-" + step.id}}};
            }
        }
        return Completed{{{"imageId", "ami-1"}, {"distributedImages", boost::json::array{}}}};
    }

    void check() {
        for (const auto& run : state_.runs) {
            const auto running =
                std::ranges::count(run.steps, StepStatus::running, &StepState::status);
            ASSERT_LE(running, 1);
            ASSERT_LE(std::ranges::count(run.steps, RollbackStatus::running, &StepState::rollback),
                      1);
            if (run.ended()) {
                ASSERT_EQ(running, 0);
            }
        }
        if (!state_.finished) {
            ASSERT_TRUE(next_deadline(state_)) << "nothing would ever wake this build";
        }
    }

    void expect_no_instance_left() {
        for (const auto& run : state_.runs) {
            const auto& steps = plan_.workflows[run.workflow].document.steps;
            for (const auto& step : run.steps) {
                const bool launched = steps[step.index].action == "LaunchInstance" &&
                                      step.status != StepStatus::skipped;
                ASSERT_TRUE(!launched || step.rollback == RollbackStatus::completed ||
                            step.rollback == RollbackStatus::failed || was_ended(step))
                    << step.id;
            }
        }
    }

    bool was_ended(const StepState& launch) const {
        return std::ranges::any_of(state_.runs, [&](const RunState& run) {
            return std::ranges::any_of(run.steps, [&](const StepState& step) {
                const auto* id = step.inputs.if_contains("instanceId");
                return step.status == StepStatus::completed && id != nullptr &&
                       *id == boost::json::value("i-" + launch.id) &&
                       plan_.workflows[run.workflow].document.steps[step.index].action ==
                           "TerminateInstance";
            });
        });
    }

    std::vector<state::StepRunRow> replayed() const {
        return project(plan_, replay(plan_, log_)).step_runs;
    }

    std::size_t pick(std::size_t count) { return random_() % count; }
    bool one_in(unsigned n) { return random_() % n == 0; }
    void pass_time(int seconds) { now_ += std::chrono::seconds(seconds); }

    std::mt19937 random_;
    Plan plan_;
    State state_;
    base::Time now_{std::chrono::seconds(1'700'000'000)};
    std::vector<Event> log_;
    bool over_ = false;
};

TEST(Property, RandomHistoriesEndAndForgetNothing) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        History(seed).run();
        if (HasFatalFailure()) {
            return;
        }
    }
}

}  // namespace
}  // namespace goldsmith::workflow
