#include "state/parameters.h"

#include <boost/json.hpp>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO parameters (account, region, name, type, data_type, tier, last_version)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
constexpr std::string_view update_sql =
    "UPDATE parameters SET type = ?2, data_type = ?3, tier = ?4, last_version = ?5 WHERE id = ?1";
constexpr std::string_view find_sql =
    "SELECT id, account, region, name, type, data_type, tier, last_version FROM parameters"
    " WHERE account = ?1 AND region = ?2 AND name = ?3";
constexpr std::string_view erase_sql = "DELETE FROM parameters WHERE id = ?1";
constexpr std::string_view erase_versions_sql =
    "DELETE FROM parameter_versions WHERE parameter_id = ?1";
constexpr std::string_view page_sql =
    "SELECT id, account, region, name, type, data_type, tier, last_version FROM parameters"
    " WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY name LIMIT ?4";
constexpr std::string_view put_version_sql =
    "INSERT INTO parameter_versions (parameter_id, version, value, description, modified_ms,"
    " modified_by, labels) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT (parameter_id, version) DO UPDATE SET labels = excluded.labels";
constexpr std::string_view find_version_sql =
    "SELECT parameter_id, version, value, description, modified_ms, modified_by, labels"
    " FROM parameter_versions WHERE parameter_id = ?1 AND version = ?2";
constexpr std::string_view versions_sql =
    "SELECT parameter_id, version, value, description, modified_ms, modified_by, labels"
    " FROM parameter_versions WHERE parameter_id = ?1 ORDER BY version";
constexpr std::string_view erase_version_sql =
    "DELETE FROM parameter_versions WHERE parameter_id = ?1 AND version = ?2";

ParameterRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .scope = {row.text(1), row.text(2)},
            .name = row.text(3),
            .type = row.text(4),
            .data_type = row.text(5),
            .tier = row.text(6),
            .last_version = row.integer(7)};
}

ParameterVersionRow read_version(const db::Row& row) {
    return {
        .parameter_id = row.integer(0),
        .version = row.integer(1),
        .value = row.text(2),
        .description = row.optional_text(3),
        .modified_ms = row.integer(4),
        .modified_by = row.text(5),
        .labels = boost::json::value_to<std::vector<std::string>>(boost::json::parse(row.text(6)))};
}

}  // namespace

void insert_parameter(db::Connection& connection, ParameterRow& parameter) {
    parameter.id = connection
                       .query_one(insert_sql, {parameter.scope.account, parameter.scope.region,
                                               parameter.name, parameter.type, parameter.data_type,
                                               parameter.tier, parameter.last_version})
                       .value()
                       .integer(0);
}

void update_parameter(db::Connection& connection, const ParameterRow& parameter) {
    connection.execute(update_sql, {parameter.id, parameter.type, parameter.data_type,
                                    parameter.tier, parameter.last_version});
}

std::optional<ParameterRow> find_parameter(db::Connection& connection, const Scope& scope,
                                           std::string_view name) {
    const auto row = connection.query_one(find_sql, {scope.account, scope.region, name});
    return row ? std::optional(read(*row)) : std::nullopt;
}

bool erase_parameter(db::Connection& connection, const Scope& scope, std::string_view name) {
    const auto parameter = find_parameter(connection, scope, name);
    if (!parameter) {
        return false;
    }
    connection.execute(erase_versions_sql, {parameter->id});
    connection.execute(erase_sql, {parameter->id});
    return true;
}

std::vector<ParameterRow> page_parameters(db::Connection& connection, const Scope& scope,
                                          std::string_view after, int limit) {
    std::vector<ParameterRow> rows;
    for (const db::Row& row :
         connection.query(page_sql, {scope.account, scope.region, after, limit})) {
        rows.push_back(read(row));
    }
    return rows;
}

void put_parameter_version(db::Connection& connection, const ParameterVersionRow& version) {
    connection.execute(put_version_sql,
                       {version.parameter_id, version.version, version.value, version.description,
                        version.modified_ms, version.modified_by,
                        boost::json::serialize(boost::json::value_from(version.labels))});
}

std::optional<ParameterVersionRow> find_parameter_version(db::Connection& connection,
                                                          std::int64_t parameter_id,
                                                          std::int64_t version) {
    const auto row = connection.query_one(find_version_sql, {parameter_id, version});
    return row ? std::optional(read_version(*row)) : std::nullopt;
}

std::vector<ParameterVersionRow> parameter_versions(db::Connection& connection,
                                                    std::int64_t parameter_id) {
    std::vector<ParameterVersionRow> rows;
    for (const db::Row& row : connection.query(versions_sql, {parameter_id})) {
        rows.push_back(read_version(row));
    }
    return rows;
}

void erase_parameter_version(db::Connection& connection, std::int64_t parameter_id,
                             std::int64_t version) {
    connection.execute(erase_version_sql, {parameter_id, version});
}

}  // namespace goldsmith::state
