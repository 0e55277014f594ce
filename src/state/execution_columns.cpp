#include "state/execution_columns.h"

namespace goldsmith::state {

namespace {

constexpr const char* upsert_workflow_run =
    "INSERT INTO workflow_runs (id, execution_id, image_arn, workflow_arn, type, status, message, "
    "parallel_group, total_steps, succeeded_steps, failed_steps, skipped_steps, started_ms, "
    "ended_ms, retried, ordinal) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) "
    "ON CONFLICT (id) DO UPDATE SET status = excluded.status, message = excluded.message, "
    "succeeded_steps = excluded.succeeded_steps, failed_steps = excluded.failed_steps, "
    "skipped_steps = excluded.skipped_steps, ended_ms = excluded.ended_ms, "
    "retried = excluded.retried";

constexpr const char* upsert_step_run =
    "INSERT INTO step_runs (id, workflow_run_id, execution_id, image_arn, workflow_arn, name, "
    "description, action, status, rollback_status, message, inputs, outputs, on_failure, "
    "timeout_seconds, waiting, started_ms, ended_ms, ordinal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
    "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) "
    "ON CONFLICT (id) DO UPDATE SET status = excluded.status, "
    "rollback_status = excluded.rollback_status, message = excluded.message, "
    "outputs = excluded.outputs, waiting = excluded.waiting, ended_ms = excluded.ended_ms";

constexpr const char* insert_signal =
    "INSERT INTO execution_signals (execution_id, time_ms, kind, body) VALUES (?1, ?2, ?3, ?4)";
// The earliest time wins, so that a signal never postpones what is due already.
constexpr const char* make_due =
    "UPDATE executions SET finished = 0, updated_ms = ?2, "
    "wake_ms = CASE WHEN finished = 0 AND wake_ms < ?2 THEN wake_ms ELSE ?2 END WHERE id = ?1";

std::optional<base::Time> optional_time(const db::Row& row, std::size_t column) {
    const auto value = row.optional_integer(column);
    return value ? std::optional(time_of(*value)) : std::nullopt;
}

std::optional<std::int64_t> optional_milliseconds(std::optional<base::Time> time) {
    return time ? std::optional(milliseconds(*time)) : std::nullopt;
}

}  // namespace

std::int64_t milliseconds(base::Time time) {
    return time.time_since_epoch().count();
}

base::Time time_of(std::int64_t count) {
    return base::Time(std::chrono::milliseconds(count));
}

ExecutionRow execution_from(const db::Row& row) {
    return {.id = row.text(0),
            .image_arn = row.text(1),
            .plan = row.text(2),
            .last_sequence = row.integer(3),
            .finished = row.boolean(4),
            .image_status = row.text(5),
            .image_reason = row.text(6),
            .created_at = time_of(row.integer(7)),
            .updated_at = time_of(row.integer(8))};
}

WorkflowRunRow workflow_run_from(const db::Row& row) {
    return {.id = row.text(0),
            .execution_id = row.text(1),
            .image_arn = row.text(2),
            .workflow_arn = row.text(3),
            .type = row.text(4),
            .status = row.text(5),
            .message = row.text(6),
            .parallel_group = row.text(7),
            .total_steps = static_cast<int>(row.integer(8)),
            .succeeded_steps = static_cast<int>(row.integer(9)),
            .failed_steps = static_cast<int>(row.integer(10)),
            .skipped_steps = static_cast<int>(row.integer(11)),
            .started_at = optional_time(row, 12),
            .ended_at = optional_time(row, 13),
            .retried = row.boolean(14),
            .ordinal = static_cast<int>(row.integer(15))};
}

void upsert(db::Transaction& transaction, const WorkflowRunRow& row) {
    transaction.execute(
        upsert_workflow_run,
        {row.id, row.execution_id, row.image_arn, row.workflow_arn, row.type, row.status,
         row.message, row.parallel_group, row.total_steps, row.succeeded_steps, row.failed_steps,
         row.skipped_steps, optional_milliseconds(row.started_at),
         optional_milliseconds(row.ended_at), row.retried, row.ordinal});
}

StepRunRow step_run_from(const db::Row& row) {
    return {.id = row.text(0),
            .workflow_run_id = row.text(1),
            .execution_id = row.text(2),
            .image_arn = row.text(3),
            .workflow_arn = row.text(4),
            .name = row.text(5),
            .description = row.text(6),
            .action = row.text(7),
            .status = row.text(8),
            .rollback_status = row.text(9),
            .message = row.text(10),
            .inputs = row.text(11),
            .outputs = row.text(12),
            .on_failure = row.text(13),
            .timeout_seconds = row.integer(14),
            .waiting = row.boolean(15),
            .started_at = optional_time(row, 16),
            .ended_at = optional_time(row, 17),
            .ordinal = static_cast<int>(row.integer(18))};
}

void upsert(db::Transaction& transaction, const StepRunRow& row) {
    transaction.execute(
        upsert_step_run,
        {row.id, row.workflow_run_id, row.execution_id, row.image_arn, row.workflow_arn, row.name,
         row.description, row.action, row.status, row.rollback_status, row.message, row.inputs,
         row.outputs, row.on_failure, row.timeout_seconds, row.waiting,
         optional_milliseconds(row.started_at), optional_milliseconds(row.ended_at), row.ordinal});
}

bool add_signal(db::Transaction& transaction, const std::string& execution_id,
                const NewSignal& signal) {
    const auto now = milliseconds(signal.time);
    if (transaction.execute(make_due, {execution_id, now}) == 0) {
        return false;
    }
    transaction.execute(insert_signal, {execution_id, now, signal.kind, signal.body});
    return true;
}

}  // namespace goldsmith::state
