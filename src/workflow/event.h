// Events: everything that happens to an execution, as it stands in the event log. An event states a
// fact; what follows from it is decided elsewhere (decide.h). docs/formats/event-log.md describes
// kinds and bodies; the stored form only grows. Plain values.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "state/execution_rows.h"
#include "workflow/action.h"

namespace goldsmith::workflow {

struct ImageStatusChanged {
    std::string status;  ///< as in the API: BUILDING, ..., FAILED
    std::string reason;
};
struct WorkflowStarted {
    std::size_t workflow = 0;  ///< index in Plan::workflows
    std::string run;           ///< wf-<uuid>
};
struct WorkflowCompleted {
    std::string run;
    boost::json::object outputs;
};
struct WorkflowFailed {
    std::string run;
    std::string message;
    bool rolls_back = false;  ///< WorkflowRolledBack follows
};
struct WorkflowRolledBack {
    std::string run;
};
struct WorkflowCancelled {
    std::string run;
};
struct StepSkipped {
    std::string run;
    std::size_t step = 0;  ///< index in the document
    std::string id;        ///< step-<uuid>
};
struct StepStarted {
    std::string run;
    std::size_t step = 0;
    std::string id;
    boost::json::object inputs;  ///< resolved; as written if they could not be
    base::Time deadline;
    bool rollback_enabled = true;
    std::string problem;  ///< not empty: the step cannot run and fails with this
};
struct StepWaiting {
    std::string id;
};
struct StepAnswered {
    std::string id;
    bool resume = true;
    std::string reason;
};
struct StepStopping {
    std::string id;
    UndoCause cause = UndoCause::none;  ///< timeout or cancellation
    std::string message;
    base::Time give_up_at;
};
struct StepCompleted {
    std::string id;
    boost::json::object outputs;
};
struct StepFailed {
    std::string id;
    std::string message;
    boost::json::object outputs;
};
struct StepCancelled {
    std::string id;
};
struct RollbackStarted {
    std::string id;
    UndoCause cause = UndoCause::failure;
    base::Time give_up_at;
};
struct RollbackCompleted {
    std::string id;
};
struct RollbackFailed {
    std::string id;
    std::string message;
};
struct CancelRequested {};
struct RetryRequested {};
struct ExecutionFinished {};

using EventBody = std::variant<ImageStatusChanged, WorkflowStarted, WorkflowCompleted,
                               WorkflowFailed, WorkflowRolledBack, WorkflowCancelled, StepSkipped,
                               StepStarted, StepWaiting, StepAnswered, StepStopping, StepCompleted,
                               StepFailed, StepCancelled, RollbackStarted, RollbackCompleted,
                               RollbackFailed, CancelRequested, RetryRequested, ExecutionFinished>;

struct Event {
    std::int64_t sequence = 0;
    base::Time time;
    EventBody body;
};

/// "step_started": the kind as it is stored.
std::string_view kind_of(const EventBody& body);
state::EventRow to_row(const Event& event);
/// Throws base::Error for a row that is no event of ours.
Event from_row(const state::EventRow& row);

}  // namespace goldsmith::workflow
