// The state of an execution: the fold of its events, and the one function that folds. Nothing else
// changes a State, so a replay after a crash gives what the crashed loop had. Pure; plain values.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "workflow/event.h"

namespace goldsmith::workflow {

struct Plan;

enum class StepStatus { running, completed, failed, skipped, cancelled };
enum class RollbackStatus { none, running, completed, failed };
enum class RunStatus { running, completed, failed, rolling_back, rolled_back, cancelled };

struct StepState {
    std::string id;         ///< step-<uuid>; also the token of its actions
    std::size_t index = 0;  ///< in the document
    StepStatus status = StepStatus::running;
    boost::json::object inputs;
    boost::json::object outputs;
    std::string message;
    std::string problem;
    base::Time started_at;
    std::optional<base::Time> ended_at;
    base::Time deadline;
    bool rollback_enabled = true;
    bool waiting = false;  ///< for an answer
    std::optional<StepAnswered> answer;
    UndoCause stopping = UndoCause::none;
    RollbackStatus rollback = RollbackStatus::none;
    UndoCause rollback_cause = UndoCause::none;
    base::Time give_up_at;  ///< while stopping or rolling back
};

/// One attempt at one workflow.
struct RunState {
    std::string id;            ///< wf-<uuid>
    std::size_t workflow = 0;  ///< index in Plan::workflows
    RunStatus status = RunStatus::running;
    bool retried = false;  ///< superseded by a retry
    std::string message;
    boost::json::object outputs;
    base::Time started_at;
    std::optional<base::Time> ended_at;
    std::vector<StepState> steps;  ///< reached ones, in document order

    bool ended() const;
    const StepState* active_step() const;  ///< the running one, nullptr: none
};

struct State {
    std::int64_t last_sequence = 0;
    base::Time last_time;
    std::string image_status;
    std::string image_reason;
    bool cancel_requested = false;
    bool concluded = false;  ///< the image has its last status, until a retry
    bool finished = false;
    std::vector<RunState> runs;  ///< in order of their start

    const RunState* find_run(std::string_view id) const;
    /// The attempt that counts; nullptr: not started (again).
    const RunState* current_run(std::size_t workflow) const;
    const StepState* find_step(std::string_view id) const;
};

/// An event that cannot happen in this state: the log is damaged, or the code that made the event
/// is wrong.
class ImpossibleEvent : public base::Error {
public:
    using base::Error::Error;
};

/// The state after `event`. Throws ImpossibleEvent and leaves nothing half changed.
State next_state(const Plan& plan, State state, const Event& event);

/// next_state() over a whole log.
State replay(const Plan& plan, const std::vector<Event>& events);

}  // namespace goldsmith::workflow
