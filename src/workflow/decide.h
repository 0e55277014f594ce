// What an execution does next. All branching of the engine is here, as a pure function of the plan,
// the state and the time; the loop only records the events and runs the effects.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "workflow/event.h"

namespace goldsmith::workflow {

struct Plan;
struct State;
struct StepState;

/// How long cancel() and roll_back() of one step may stay Pending before the engine goes on
/// without.
inline constexpr std::chrono::minutes cancel_limit{5};
inline constexpr std::chrono::minutes rollback_limit{30};

/// The call of an action that a state asks for. Repeating it is safe: same step, same token.
struct Effect {
    enum class Kind { advance, cancel, roll_back };
    Kind kind = Kind::advance;
    std::string step;  ///< its id
    friend bool operator==(const Effect&, const Effect&) = default;
};

/// The next facts to record, none if only effects or time can change anything. The events belong
/// together; after folding them decide() is asked again.
std::vector<EventBody> decide(const Plan& plan, const State& state, base::Time now);

/// The calls that should be going on now, given that decide() has nothing to record.
std::vector<Effect> due_effects(const State& state);

/// When decide() may answer differently although nothing happened: the nearest deadline.
std::optional<base::Time> next_deadline(const State& state);

/// The fact that the outcome of an effect amounts to; nothing if the state has moved on and the
/// outcome no longer matters (a step that completed while it was being cancelled).
std::optional<EventBody> outcome_event(const State& state, const Effect& effect,
                                       const Advance& outcome);
std::optional<EventBody> outcome_event(const State& state, const Effect& effect,
                                       const Undo& outcome);

}  // namespace goldsmith::workflow
