#include "state/sql_execution_store.h"

#include "state/execution_columns.h"
#include "state/executions.h"

namespace goldsmith::state {

namespace {

// Unfinished, due, and held by nobody or by someone whose lease ran out.
#define GOLDSMITH_DUE                                                               \
    "FROM executions WHERE finished = 0 AND wake_ms IS NOT NULL AND wake_ms <= ?1 " \
    "AND (lease_until_ms IS NULL OR lease_until_ms <= ?1) ORDER BY wake_ms, id LIMIT 1"
constexpr const char* find_due = "SELECT id " GOLDSMITH_DUE;
constexpr const char* claim_due =
    "UPDATE executions SET lease_owner = ?2, lease_until_ms = ?3, fence = fence + 1 "
    "WHERE id = (SELECT id " GOLDSMITH_DUE ") RETURNING id, fence";
#undef GOLDSMITH_DUE

constexpr const char* wake_execution =
    "UPDATE executions SET wake_ms = ?2 "
    "WHERE id = ?1 AND finished = 0 AND (wake_ms IS NULL OR wake_ms > ?2)";
constexpr const char* renew_lease =
    "UPDATE executions SET lease_until_ms = ?3 WHERE id = ?1 AND fence = ?2";
constexpr const char* release_lease =
    "UPDATE executions SET lease_owner = NULL, lease_until_ms = NULL, fence = fence + 1, "
    "wake_ms = CASE WHEN EXISTS (SELECT 1 FROM execution_signals WHERE execution_id = ?1) "
    "THEN wake_ms ELSE ?3 END WHERE id = ?1 AND fence = ?2";
constexpr const char* release_owner =
    "UPDATE executions SET lease_owner = NULL, lease_until_ms = NULL, fence = fence + 1 "
    "WHERE lease_owner = ?1";
constexpr const char* earliest =
    "SELECT MIN(CASE WHEN lease_until_ms > wake_ms THEN lease_until_ms ELSE wake_ms END) "
    "FROM executions WHERE finished = 0 AND wake_ms IS NOT NULL";

constexpr const char* select_events =
    "SELECT sequence, time_ms, kind, body FROM execution_events "
    "WHERE execution_id = ?1 AND sequence > ?2 ORDER BY sequence";
constexpr const char* select_signals =
    "SELECT id, kind, body, time_ms FROM execution_signals WHERE execution_id = ?1 ORDER BY id";

constexpr const char* advance_execution =
    "UPDATE executions SET last_sequence = ?4, finished = ?5, "
    "image_status = COALESCE(?6, image_status), image_reason = COALESCE(?7, image_reason), "
    "updated_ms = ?8 WHERE id = ?1 AND fence = ?2 AND last_sequence = ?3";
constexpr const char* insert_event =
    "INSERT INTO execution_events (execution_id, sequence, time_ms, kind, body) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr const char* delete_signal = "DELETE FROM execution_signals WHERE id = ?1";
constexpr const char* any_signal =
    "SELECT 1 FROM execution_signals WHERE execution_id = ?1 LIMIT 1";

std::optional<ExecutionRow> find_execution(db::Connection& connection, const std::string& id) {
    static const std::string sql =
        "SELECT " + std::string(execution_columns) + " FROM executions WHERE id = ?1";
    const auto row = connection.query_one(sql, {id});
    return row ? std::optional(execution_from(*row)) : std::nullopt;
}

void advance(db::Transaction& transaction, const Lease& lease, const Append& step) {
    const auto last = step.expected_sequence + static_cast<std::int64_t>(step.events.size());
    std::optional<std::string> status;
    std::optional<std::string> reason;
    if (step.image_status) {
        status = step.image_status->status;
        reason = step.image_status->reason;
    }
    const auto changed = transaction.execute(
        advance_execution, {lease.execution_id, lease.fence, step.expected_sequence, last,
                            step.finished, status, reason, milliseconds(step.time)});
    if (changed == 0) {
        throw LeaseLost("the lease of execution " + lease.execution_id + " is lost");
    }
}

void write_step(db::Transaction& transaction, const Lease& lease, const Append& step) {
    advance(transaction, lease, step);
    for (const auto& event : step.events) {
        transaction.execute(insert_event, {lease.execution_id, event.sequence,
                                           milliseconds(event.time), event.kind, event.body});
    }
    for (const auto id : step.consumed_signals) {
        transaction.execute(delete_signal, {id});
    }
    if (step.finished && transaction.query_one(any_signal, {lease.execution_id})) {
        throw SignalsWaiting("execution " + lease.execution_id + " has signals that wait");
    }
    for (const auto& run : step.workflow_runs) {
        upsert(transaction, run);
    }
    for (const auto& run : step.step_runs) {
        upsert(transaction, run);
    }
}

}  // namespace

SqlExecutionStore::SqlExecutionStore(db::Database& database, ProjectionHook hook)
    : database_(database), hook_(std::move(hook)) {}

void SqlExecutionStore::create(const NewExecution& execution) {
    database_.write(
        [&](db::Transaction& transaction) { create_execution(transaction, execution); });
}

bool SqlExecutionStore::signal(const std::string& execution_id, const NewSignal& signal) {
    return database_.write([&](db::Transaction& transaction) {
        return add_signal(transaction, execution_id, signal);
    });
}

void SqlExecutionStore::wake(const std::string& execution_id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        transaction.execute(wake_execution, {execution_id, milliseconds(now)});
    });
}

std::optional<ClaimedExecution> SqlExecutionStore::claim(const std::string& owner, base::Time now,
                                                         base::Time lease_until) {
    // A look without the write lock first: most of the time nothing is due.
    const bool due = database_.read([&](db::Connection& connection) {
        return connection.query_one(find_due, {milliseconds(now)}).has_value();
    });
    if (!due) {
        return std::nullopt;
    }
    return database_.write([&](db::Transaction& transaction) -> std::optional<ClaimedExecution> {
        const auto row =
            transaction.query_one(claim_due, {milliseconds(now), owner, milliseconds(lease_until)});
        if (!row) {
            return std::nullopt;
        }
        return ClaimedExecution{{row->text(0), row->integer(1)},
                                find_execution(transaction, row->text(0)).value()};
    });
}

bool SqlExecutionStore::renew(const Lease& lease, base::Time lease_until) {
    return database_.write([&](db::Transaction& transaction) {
        return transaction.execute(
                   renew_lease, {lease.execution_id, lease.fence, milliseconds(lease_until)}) > 0;
    });
}

void SqlExecutionStore::release(const Lease& lease, std::optional<base::Time> wake_at) {
    database_.write([&](db::Transaction& transaction) {
        std::optional<std::int64_t> wake;
        if (wake_at) {
            wake = milliseconds(*wake_at);
        }
        transaction.execute(release_lease, {lease.execution_id, lease.fence, wake});
    });
}

void SqlExecutionStore::release_all_of(const std::string& owner) {
    database_.write(
        [&](db::Transaction& transaction) { transaction.execute(release_owner, {owner}); });
}

std::optional<base::Time> SqlExecutionStore::next_due() {
    return database_.read([&](db::Connection& connection) -> std::optional<base::Time> {
        const auto row = connection.query_one(earliest);
        const auto at = row ? row->optional_integer(0) : std::nullopt;
        return at ? std::optional(time_of(*at)) : std::nullopt;
    });
}

std::vector<EventRow> SqlExecutionStore::events(const std::string& execution_id,
                                                std::int64_t after_sequence) {
    return database_.read([&](db::Connection& connection) {
        std::vector<EventRow> events;
        for (const auto& row : connection.query(select_events, {execution_id, after_sequence})) {
            events.push_back({row.integer(0), time_of(row.integer(1)), row.text(2), row.text(3)});
        }
        return events;
    });
}

std::vector<SignalRow> SqlExecutionStore::signals(const std::string& execution_id) {
    return database_.read([&](db::Connection& connection) {
        std::vector<SignalRow> signals;
        for (const auto& row : connection.query(select_signals, {execution_id})) {
            signals.push_back(
                {row.integer(0), {row.text(1), row.text(2), time_of(row.integer(3))}});
        }
        return signals;
    });
}

void SqlExecutionStore::append(const Lease& lease, const Append& step) {
    database_.write([&](db::Transaction& transaction) {
        write_step(transaction, lease, step);
        if (hook_) {
            hook_(transaction, find_execution(transaction, lease.execution_id).value(), step);
        }
    });
}

std::optional<ExecutionRow> SqlExecutionStore::find(const std::string& execution_id) {
    return database_.read(
        [&](db::Connection& connection) { return find_execution(connection, execution_id); });
}

}  // namespace goldsmith::state
