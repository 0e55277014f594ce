// The reads of executions.h.
#include "state/execution_columns.h"
#include "state/executions.h"

namespace goldsmith::state {

namespace {

template <class Convert>
auto all(const std::vector<db::Row>& rows, Convert convert) {
    std::vector<decltype(convert(rows.front()))> result;
    result.reserve(rows.size());
    for (const auto& row : rows) {
        result.push_back(convert(row));
    }
    return result;
}

template <class Convert>
auto first(const std::optional<db::Row>& row, Convert convert) {
    return row ? std::optional(convert(*row)) : std::nullopt;
}

std::string select(const char* columns, const char* rest) {
    return "SELECT " + std::string(columns) + " " + rest;
}

}  // namespace

std::optional<ExecutionRow> find_execution_of_image(db::Connection& connection,
                                                    const std::string& image_arn) {
    static const std::string sql =
        select(execution_columns,
               "FROM executions WHERE image_arn = ?1 ORDER BY created_ms DESC, id DESC LIMIT 1");
    return first(connection.query_one(sql, {image_arn}), execution_from);
}

std::vector<WorkflowRunRow> workflow_runs_of_image(db::Connection& connection,
                                                   const std::string& image_arn,
                                                   const std::string& after, int limit) {
    static const std::string sql = select(
        workflow_run_columns,
        "FROM workflow_runs WHERE image_arn = ?1 AND ordinal > COALESCE((SELECT ordinal FROM "
        "workflow_runs WHERE id = ?2), -1) ORDER BY ordinal LIMIT ?3");
    return all(connection.query(sql, {image_arn, after, limit}), workflow_run_from);
}

std::optional<WorkflowRunRow> find_workflow_run(db::Connection& connection, const std::string& id) {
    static const std::string sql = select(workflow_run_columns, "FROM workflow_runs WHERE id = ?1");
    return first(connection.query_one(sql, {id}), workflow_run_from);
}

std::vector<StepRunRow> step_runs_of_workflow(db::Connection& connection,
                                              const std::string& workflow_run_id,
                                              const std::string& after, int limit) {
    static const std::string sql =
        select(step_run_columns,
               "FROM step_runs WHERE workflow_run_id = ?1 AND ordinal > COALESCE((SELECT ordinal "
               "FROM step_runs WHERE id = ?2), -1) ORDER BY ordinal LIMIT ?3");
    return all(connection.query(sql, {workflow_run_id, after, limit}), step_run_from);
}

std::optional<StepRunRow> find_step_run(db::Connection& connection, const std::string& id) {
    static const std::string sql = select(step_run_columns, "FROM step_runs WHERE id = ?1");
    return first(connection.query_one(sql, {id}), step_run_from);
}

std::vector<StepRunRow> waiting_step_runs(db::Connection& connection,
                                          const std::string& image_arn_prefix,
                                          const std::string& after, int limit) {
    static const std::string sql = select(
        step_run_columns,
        "FROM step_runs WHERE waiting = 1 AND id > ?2 AND substr(image_arn, 1, length(?1)) = "
        "?1 ORDER BY id LIMIT ?3");
    return all(connection.query(sql, {image_arn_prefix, after, limit}), step_run_from);
}

}  // namespace goldsmith::state
