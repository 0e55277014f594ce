// Rows of executions as plain values. Times are UTC; JSON is kept as text. Statuses are the API's
// own words ("RUNNING", "ROLLBACK_COMPLETED"), so that the service shows them as they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace goldsmith::state {

struct NewExecution {
    std::string id;
    std::string image_arn;  ///< the image build version
    std::string plan;       ///< workflow::plan_to_json()
    base::Time created_at;
};

struct ExecutionRow {
    std::string id{};
    std::string image_arn{};
    std::string plan{};
    std::int64_t last_sequence = 0;
    bool finished = false;
    std::string image_status{};  ///< the last status the engine gave, empty before the first
    std::string image_reason{};
    base::Time created_at{};
    base::Time updated_at{};
};

/// One event of the log; docs/formats/event-log.md describes kinds and bodies.
struct EventRow {
    std::int64_t sequence = 0;  ///< from 1, without gaps
    base::Time time;
    std::string kind;
    std::string body;  ///< JSON object
    friend bool operator==(const EventRow&, const EventRow&) = default;
};

/// Kinds of signals.
inline constexpr const char* cancel_requested = "cancel_requested";
inline constexpr const char* retry_requested = "retry_requested";
inline constexpr const char* step_answered = "step_answered";

/// A request of a user to a running or finished execution.
struct NewSignal {
    std::string kind;
    std::string body;  ///< JSON object
    base::Time time;
};

struct SignalRow {
    std::int64_t id = 0;  ///< grows
    NewSignal signal;
};

struct ImageStatus {
    std::string
        status;  ///< BUILDING, TESTING, DISTRIBUTING, INTEGRATING, AVAILABLE, FAILED, CANCELLED
    std::string reason;  ///< FAILED only
    friend bool operator==(const ImageStatus&, const ImageStatus&) = default;
};

/// What GetWorkflowExecution and ListWorkflowExecutions show.
struct WorkflowRunRow {
    std::string id;  ///< wf-<uuid>
    std::string execution_id;
    std::string image_arn;
    std::string workflow_arn;
    std::string type;  ///< BUILD, TEST, DISTRIBUTION
    std::string status;
    std::string message;
    std::string parallel_group;
    int total_steps = 0;
    int succeeded_steps = 0;
    int failed_steps = 0;
    int skipped_steps = 0;
    std::optional<base::Time> started_at;
    std::optional<base::Time> ended_at;
    bool retried = false;  ///< superseded by a retry
    int ordinal = 0;       ///< order within the execution
    friend bool operator==(const WorkflowRunRow&, const WorkflowRunRow&) = default;
};

/// What GetWorkflowStepExecution and ListWorkflowStepExecutions show.
struct StepRunRow {
    std::string id;  ///< step-<uuid>
    std::string workflow_run_id;
    std::string execution_id;
    std::string image_arn;
    std::string workflow_arn;
    std::string name;
    std::string description;
    std::string action;
    std::string status;
    std::string rollback_status;  ///< empty: none
    std::string message;
    std::string inputs;      ///< JSON object
    std::string outputs;     ///< JSON object, empty: none
    std::string on_failure;  ///< Abort, Continue
    std::int64_t timeout_seconds = 0;
    bool waiting = false;  ///< for SendWorkflowStepAction
    std::optional<base::Time> started_at;
    std::optional<base::Time> ended_at;
    int ordinal = 0;  ///< order within the workflow run
    friend bool operator==(const StepRunRow&, const StepRunRow&) = default;
};

}  // namespace goldsmith::state
