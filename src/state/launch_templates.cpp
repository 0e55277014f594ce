#include "state/launch_templates.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO launch_templates (template_id, account, region, name, created_ms, created_by,"
    " default_version, latest_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr std::string_view update_sql =
    "UPDATE launch_templates SET default_version = ?2, latest_version = ?3 WHERE template_id = ?1";
constexpr std::string_view erase_sql = "DELETE FROM launch_templates WHERE template_id = ?1";
constexpr std::string_view find_sql =
    "SELECT id, template_id, account, region, name, created_ms, created_by, default_version,"
    " latest_version FROM launch_templates WHERE account = ?1 AND region = ?2 AND template_id = ?3";
constexpr std::string_view find_by_name_sql =
    "SELECT id, template_id, account, region, name, created_ms, created_by, default_version,"
    " latest_version FROM launch_templates WHERE account = ?1 AND region = ?2 AND name = ?3";
constexpr std::string_view page_sql =
    "SELECT id, template_id, account, region, name, created_ms, created_by, default_version,"
    " latest_version FROM launch_templates WHERE account = ?1 AND region = ?2 AND id < ?3"
    " ORDER BY id DESC LIMIT ?4";
constexpr std::string_view insert_version_sql =
    "INSERT INTO launch_template_versions (template_id, version, description, created_ms,"
    " created_by, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view erase_version_sql =
    "DELETE FROM launch_template_versions WHERE template_id = ?1 AND version = ?2";
constexpr std::string_view find_version_sql =
    "SELECT template_id, version, description, created_ms, created_by, data"
    " FROM launch_template_versions WHERE template_id = ?1 AND version = ?2";
constexpr std::string_view versions_sql =
    "SELECT template_id, version, description, created_ms, created_by, data"
    " FROM launch_template_versions WHERE template_id = ?1 ORDER BY version DESC";

LaunchTemplateRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .template_id = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .name = row.text(4),
            .created_ms = row.integer(5),
            .created_by = row.text(6),
            .default_version = row.integer(7),
            .latest_version = row.integer(8)};
}

LaunchTemplateVersionRow read_version(const db::Row& row) {
    return {.template_id = row.text(0),
            .version = row.integer(1),
            .description = row.text(2),
            .created_ms = row.integer(3),
            .created_by = row.text(4),
            .data = row.text(5)};
}

}  // namespace

void insert_launch_template(db::Connection& connection, const LaunchTemplateRow& row) {
    connection.execute(
        insert_sql, {row.template_id, row.scope.account, row.scope.region, row.name, row.created_ms,
                     row.created_by, row.default_version, row.latest_version});
}

void update_launch_template(db::Connection& connection, const LaunchTemplateRow& row) {
    connection.execute(update_sql, {row.template_id, row.default_version, row.latest_version});
}

void erase_launch_template(db::Connection& connection, std::string_view template_id) {
    connection.execute(erase_sql, {template_id});
}

std::optional<LaunchTemplateRow> find_launch_template(db::Connection& connection,
                                                      const Scope& scope,
                                                      std::string_view template_id) {
    const auto row = connection.query_one(find_sql, {scope.account, scope.region, template_id});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::optional<LaunchTemplateRow> find_launch_template_by_name(db::Connection& connection,
                                                              const Scope& scope,
                                                              std::string_view name) {
    const auto row = connection.query_one(find_by_name_sql, {scope.account, scope.region, name});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<LaunchTemplateRow> page_launch_templates(db::Connection& connection, const Scope& scope,
                                                     std::int64_t before, int limit) {
    std::vector<LaunchTemplateRow> rows;
    for (const db::Row& row :
         connection.query(page_sql, {scope.account, scope.region, before, limit})) {
        rows.push_back(read(row));
    }
    return rows;
}

void insert_launch_template_version(db::Connection& connection,
                                    const LaunchTemplateVersionRow& row) {
    connection.execute(insert_version_sql, {row.template_id, row.version, row.description,
                                            row.created_ms, row.created_by, row.data});
}

bool erase_launch_template_version(db::Connection& connection, std::string_view template_id,
                                   std::int64_t version) {
    return connection.execute(erase_version_sql, {template_id, version}) > 0;
}

std::optional<LaunchTemplateVersionRow> find_launch_template_version(db::Connection& connection,
                                                                     std::string_view template_id,
                                                                     std::int64_t version) {
    const auto row = connection.query_one(find_version_sql, {template_id, version});
    return row ? std::optional(read_version(*row)) : std::nullopt;
}

std::vector<LaunchTemplateVersionRow> launch_template_versions(db::Connection& connection,
                                                               std::string_view template_id) {
    std::vector<LaunchTemplateVersionRow> rows;
    for (const db::Row& row : connection.query(versions_sql, {template_id})) {
        rows.push_back(read_version(row));
    }
    return rows;
}

}  // namespace goldsmith::state
