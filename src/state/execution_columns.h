// The columns of executions and their projections, in the order in which this folder reads them.
#pragma once

#include <string>

#include "db/row.h"
#include "db/transaction.h"
#include "state/execution_rows.h"

namespace goldsmith::state {

inline constexpr const char* execution_columns =
    "id, image_arn, plan, last_sequence, finished, image_status, image_reason, created_ms, "
    "updated_ms";
ExecutionRow execution_from(const db::Row& row);

inline constexpr const char* workflow_run_columns =
    "id, execution_id, image_arn, workflow_arn, type, status, message, parallel_group, "
    "total_steps, succeeded_steps, failed_steps, skipped_steps, started_ms, ended_ms, retried, "
    "ordinal";
WorkflowRunRow workflow_run_from(const db::Row& row);
void upsert(db::Transaction& transaction, const WorkflowRunRow& row);

inline constexpr const char* step_run_columns =
    "id, workflow_run_id, execution_id, image_arn, workflow_arn, name, description, action, "
    "status, rollback_status, message, inputs, outputs, on_failure, timeout_seconds, waiting, "
    "started_ms, ended_ms, ordinal";
StepRunRow step_run_from(const db::Row& row);
void upsert(db::Transaction& transaction, const StepRunRow& row);

std::int64_t milliseconds(base::Time time);
base::Time time_of(std::int64_t milliseconds);

/// Leaves the signal and makes the execution due; false: there is no such execution.
bool add_signal(db::Transaction& transaction, const std::string& execution_id,
                const NewSignal& signal);

}  // namespace goldsmith::state
