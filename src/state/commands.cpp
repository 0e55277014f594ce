#include "state/commands.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_command_sql =
    "INSERT INTO ssm_commands (command_id, account, region, requested_ms, expires_ms, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view find_command_sql =
    "SELECT id, command_id, account, region, requested_ms, expires_ms, body FROM ssm_commands"
    " WHERE command_id = ?1 AND account = ?2 AND region = ?3";
constexpr std::string_view page_commands_sql =
    "SELECT id, command_id, account, region, requested_ms, expires_ms, body FROM ssm_commands"
    " WHERE account = ?1 AND region = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
constexpr std::string_view erase_commands_sql = "DELETE FROM ssm_commands WHERE requested_ms < ?1";

constexpr const char* invocation_columns =
    "command_id, account, region, instance_id, requested_ms, status, status_details,"
    " is_cancelled, run_id, started_ms, ended_ms, response_code, standard_output, standard_error";

std::string select(const char* rest) {
    return "SELECT id, " + std::string(invocation_columns) + " " + rest;
}

const std::string insert_invocation_sql =
    "INSERT INTO ssm_invocations (" + std::string(invocation_columns) +
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
constexpr std::string_view update_invocation_sql =
    "UPDATE ssm_invocations SET status = ?3, status_details = ?4, is_cancelled = ?5, run_id = ?6,"
    " started_ms = ?7, ended_ms = ?8, response_code = ?9, standard_output = ?10,"
    " standard_error = ?11 WHERE command_id = ?1 AND instance_id = ?2";
const std::string find_invocation_sql =
    select("FROM ssm_invocations WHERE command_id = ?1 AND instance_id = ?2");
const std::string of_command_sql = select("FROM ssm_invocations WHERE command_id = ?1 ORDER BY id");
const std::string page_invocations_sql = select(
    "FROM ssm_invocations WHERE account = ?1 AND region = ?2 AND id < ?3"
    " ORDER BY id DESC LIMIT ?4");
const std::string open_sql = select(
    "FROM ssm_invocations WHERE status IN ('Pending', 'InProgress', 'Delayed', 'Cancelling')"
    " ORDER BY id");

CommandRow read_command(const db::Row& row) {
    return {.id = row.integer(0),
            .command_id = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .requested_ms = row.integer(4),
            .expires_ms = row.integer(5),
            .body = row.text(6)};
}

InvocationRow read_invocation(const db::Row& row) {
    return {.id = row.integer(0),
            .command_id = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .instance_id = row.text(4),
            .requested_ms = row.integer(5),
            .status = row.text(6),
            .status_details = row.text(7),
            .is_cancelled = row.integer(8) != 0,
            .run_id = row.text(9),
            .started_ms = row.optional_integer(10),
            .ended_ms = row.optional_integer(11),
            .response_code = row.integer(12),
            .standard_output = row.text(13),
            .standard_error = row.text(14)};
}

std::vector<InvocationRow> read_invocations(const std::vector<db::Row>& rows) {
    std::vector<InvocationRow> invocations;
    for (const db::Row& row : rows) {
        invocations.push_back(read_invocation(row));
    }
    return invocations;
}

}  // namespace

void insert_command(db::Connection& connection, const CommandRow& command) {
    connection.execute(insert_command_sql,
                       {command.command_id, command.scope.account, command.scope.region,
                        command.requested_ms, command.expires_ms, command.body});
}

std::optional<CommandRow> find_command(db::Connection& connection, const Scope& scope,
                                       std::string_view command_id) {
    const auto row =
        connection.query_one(find_command_sql, {command_id, scope.account, scope.region});
    return row ? std::optional(read_command(*row)) : std::nullopt;
}

std::vector<CommandRow> page_commands(db::Connection& connection, const Scope& scope,
                                      std::int64_t before, int limit) {
    std::vector<CommandRow> commands;
    for (const db::Row& row :
         connection.query(page_commands_sql, {scope.account, scope.region, before, limit})) {
        commands.push_back(read_command(row));
    }
    return commands;
}

void erase_commands_before(db::Connection& connection, std::int64_t requested_before_ms) {
    connection.execute(erase_commands_sql, {requested_before_ms});
}

void insert_invocation(db::Connection& connection, const InvocationRow& invocation) {
    connection.execute(insert_invocation_sql,
                       {invocation.command_id, invocation.scope.account, invocation.scope.region,
                        invocation.instance_id, invocation.requested_ms, invocation.status,
                        invocation.status_details, invocation.is_cancelled, invocation.run_id,
                        invocation.started_ms, invocation.ended_ms, invocation.response_code,
                        invocation.standard_output, invocation.standard_error});
}

void update_invocation(db::Connection& connection, const InvocationRow& invocation) {
    connection.execute(update_invocation_sql,
                       {invocation.command_id, invocation.instance_id, invocation.status,
                        invocation.status_details, invocation.is_cancelled, invocation.run_id,
                        invocation.started_ms, invocation.ended_ms, invocation.response_code,
                        invocation.standard_output, invocation.standard_error});
}

std::optional<InvocationRow> find_invocation(db::Connection& connection,
                                             std::string_view command_id,
                                             std::string_view instance_id) {
    const auto row = connection.query_one(find_invocation_sql, {command_id, instance_id});
    return row ? std::optional(read_invocation(*row)) : std::nullopt;
}

std::vector<InvocationRow> invocations_of(db::Connection& connection, std::string_view command_id) {
    return read_invocations(connection.query(of_command_sql, {command_id}));
}

std::vector<InvocationRow> page_invocations(db::Connection& connection, const Scope& scope,
                                            std::int64_t before, int limit) {
    return read_invocations(
        connection.query(page_invocations_sql, {scope.account, scope.region, before, limit}));
}

std::vector<InvocationRow> open_invocations(db::Connection& connection) {
    return read_invocations(connection.query(open_sql));
}

}  // namespace goldsmith::state
