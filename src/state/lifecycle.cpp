#include "state/lifecycle.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO lifecycle_executions (execution_id, account, region, policy_arn, image_arn,"
    " status, reason, started_ms, ended_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " RETURNING id";
constexpr std::string_view find_sql =
    "SELECT id, execution_id, account, region, policy_arn, image_arn, status, reason, started_ms,"
    " ended_ms FROM lifecycle_executions WHERE execution_id = ?1";
constexpr std::string_view page_sql =
    "SELECT id, execution_id, account, region, policy_arn, image_arn, status, reason, started_ms,"
    " ended_ms FROM lifecycle_executions WHERE (policy_arn = ?1 OR image_arn = ?1) AND id < ?2"
    " ORDER BY id DESC LIMIT ?3";
constexpr std::string_view running_of_image_sql =
    "SELECT id, execution_id, account, region, policy_arn, image_arn, status, reason, started_ms,"
    " ended_ms FROM lifecycle_executions WHERE image_arn = ?1 AND ended_ms IS NULL"
    " ORDER BY id LIMIT 1";
constexpr std::string_view count_running_sql =
    "SELECT COUNT(*) FROM lifecycle_executions WHERE account = ?1 AND region = ?2"
    " AND image_arn IS NOT NULL AND ended_ms IS NULL";
constexpr std::string_view set_status_sql =
    "UPDATE lifecycle_executions SET status = ?2, reason = ?3, ended_ms = ?4"
    " WHERE execution_id = ?1";
constexpr std::string_view erase_sql = "DELETE FROM lifecycle_executions WHERE policy_arn = ?1";
constexpr std::string_view put_resource_sql =
    "INSERT INTO lifecycle_resources (execution_id, parent, resource_id, account, region, action,"
    " action_reason, status, reason, instruction, snapshots, started_ms, ended_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    " ON CONFLICT (execution_id, parent, region, resource_id) DO UPDATE SET"
    " status = excluded.status, reason = excluded.reason, snapshots = excluded.snapshots,"
    " ended_ms = excluded.ended_ms";
constexpr std::string_view page_resources_sql =
    "SELECT id, execution_id, parent, resource_id, account, region, action, action_reason, status,"
    " reason, instruction, snapshots, started_ms, ended_ms FROM lifecycle_resources"
    " WHERE execution_id = ?1 AND parent = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
constexpr std::string_view next_image_sql =
    "SELECT id, execution_id, parent, resource_id, account, region, action, action_reason, status,"
    " reason, instruction, snapshots, started_ms, ended_ms FROM lifecycle_resources"
    " WHERE execution_id = ?1 AND parent = '' AND status = 'IN_PROGRESS' ORDER BY id LIMIT 1";
constexpr std::string_view any_with_status_sql =
    "SELECT 1 FROM lifecycle_resources WHERE execution_id = ?1 AND status = ?2 LIMIT 1";

LifecycleExecutionRow execution_from(const db::Row& row) {
    return {.id = row.integer(0),
            .execution_id = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .policy_arn = row.optional_text(4),
            .image_arn = row.optional_text(5),
            .status = row.text(6),
            .reason = row.optional_text(7),
            .started_ms = row.integer(8),
            .ended_ms = row.optional_integer(9)};
}

LifecycleResourceRow resource_from(const db::Row& row) {
    return {.id = row.integer(0),
            .execution_id = row.text(1),
            .parent = row.text(2),
            .resource_id = row.text(3),
            .scope = {row.text(4), row.text(5)},
            .action = row.text(6),
            .action_reason = row.optional_text(7),
            .status = row.text(8),
            .reason = row.optional_text(9),
            .instruction = row.text(10),
            .snapshots = row.optional_text(11),
            .started_ms = row.integer(12),
            .ended_ms = row.optional_integer(13)};
}

}  // namespace

void insert_lifecycle_execution(db::Connection& connection, LifecycleExecutionRow& row) {
    const auto inserted = connection.query_one(
        insert_sql, {row.execution_id, row.scope.account, row.scope.region, row.policy_arn,
                     row.image_arn, row.status, row.reason, row.started_ms, row.ended_ms});
    row.id = inserted->integer(0);
}

std::optional<LifecycleExecutionRow> find_lifecycle_execution(db::Connection& connection,
                                                              std::string_view execution_id) {
    const auto row = connection.query_one(find_sql, {execution_id});
    return row ? std::optional(execution_from(*row)) : std::nullopt;
}

void set_lifecycle_status(db::Connection& connection, std::string_view execution_id,
                          std::string_view status, const std::optional<std::string>& reason,
                          const std::optional<std::int64_t>& ended_ms) {
    connection.execute(set_status_sql, {execution_id, status, reason, ended_ms});
}

std::vector<LifecycleExecutionRow> page_lifecycle_executions(db::Connection& connection,
                                                             std::string_view arn,
                                                             std::int64_t before, int limit) {
    std::vector<LifecycleExecutionRow> rows;
    for (const db::Row& row : connection.query(page_sql, {arn, before, limit})) {
        rows.push_back(execution_from(row));
    }
    return rows;
}

std::int64_t count_running_state_updates(db::Connection& connection, const Scope& scope) {
    return connection.query_one(count_running_sql, {scope.account, scope.region})->integer(0);
}

std::optional<LifecycleExecutionRow> find_running_state_update(db::Connection& connection,
                                                               std::string_view image_arn) {
    const auto row = connection.query_one(running_of_image_sql, {image_arn});
    return row ? std::optional(execution_from(*row)) : std::nullopt;
}

void erase_lifecycle_executions_of(db::Connection& connection, std::string_view policy_arn) {
    connection.execute(erase_sql, {policy_arn});
}

void put_lifecycle_resource(db::Connection& connection, const LifecycleResourceRow& row) {
    connection.execute(put_resource_sql,
                       {row.execution_id, row.parent, row.resource_id, row.scope.account,
                        row.scope.region, row.action, row.action_reason, row.status, row.reason,
                        row.instruction, row.snapshots, row.started_ms, row.ended_ms});
}

std::vector<LifecycleResourceRow> page_lifecycle_resources(db::Connection& connection,
                                                           std::string_view execution_id,
                                                           std::string_view parent,
                                                           std::int64_t after, int limit) {
    std::vector<LifecycleResourceRow> rows;
    for (const db::Row& row :
         connection.query(page_resources_sql, {execution_id, parent, after, limit})) {
        rows.push_back(resource_from(row));
    }
    return rows;
}

std::optional<LifecycleResourceRow> next_lifecycle_image(db::Connection& connection,
                                                         std::string_view execution_id) {
    const auto row = connection.query_one(next_image_sql, {execution_id});
    return row ? std::optional(resource_from(*row)) : std::nullopt;
}

bool has_failed_lifecycle_resource(db::Connection& connection, std::string_view execution_id) {
    return connection.query_one(any_with_status_sql, {execution_id, "FAILED"}).has_value();
}

bool has_changed_lifecycle_resource(db::Connection& connection, std::string_view execution_id) {
    return connection.query_one(any_with_status_sql, {execution_id, "SUCCESS"}).has_value();
}

}  // namespace goldsmith::state
