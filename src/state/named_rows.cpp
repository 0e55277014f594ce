#include "state/named_rows.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO @table@ (account, region, slug, created_ms, body) VALUES (?1, ?2, ?3, ?4, ?5)"
    " RETURNING id";
constexpr std::string_view update_sql =
    "UPDATE @table@ SET body = ?2, updated_ms = ?3 WHERE id = ?1";
constexpr std::string_view erase_sql = "DELETE FROM @table@ WHERE id = ?1";
constexpr std::string_view find_sql =
    "SELECT id, account, region, slug, created_ms, updated_ms, body FROM @table@"
    " WHERE account = ?1 AND region = ?2 AND slug = ?3";
constexpr std::string_view page_sql =
    "SELECT id, account, region, slug, created_ms, updated_ms, body FROM @table@"
    " WHERE account = ?1 AND region = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
constexpr std::string_view count_sql =
    "SELECT COUNT(*) FROM @table@ WHERE account = ?1 AND region = ?2";

std::string with_table(std::string_view sql, std::string_view table) {
    constexpr std::string_view mark = "@table@";
    std::string text(sql);
    return text.replace(text.find(mark), mark.size(), table);
}

NamedRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .scope = {row.text(1), row.text(2)},
            .slug = row.text(3),
            .created_ms = row.integer(4),
            .updated_ms = row.optional_integer(5),
            .body = row.text(6)};
}

}  // namespace

NamedRows::NamedRows(std::string_view table)
    : sql_{.insert = with_table(insert_sql, table),
           .update = with_table(update_sql, table),
           .erase = with_table(erase_sql, table),
           .find = with_table(find_sql, table),
           .page = with_table(page_sql, table),
           .count = with_table(count_sql, table)} {}

void NamedRows::insert(db::Connection& connection, NamedRow& row) const {
    const auto inserted = connection.query_one(
        sql_.insert, {row.scope.account, row.scope.region, row.slug, row.created_ms, row.body});
    row.id = inserted->integer(0);
}

void NamedRows::update(db::Connection& connection, std::int64_t id, std::string_view body,
                       std::int64_t updated_ms) const {
    connection.execute(sql_.update, {id, body, updated_ms});
}

bool NamedRows::erase(db::Connection& connection, std::int64_t id) const {
    return connection.execute(sql_.erase, {id}) > 0;
}

std::optional<NamedRow> NamedRows::find(db::Connection& connection, const Scope& scope,
                                        std::string_view slug) const {
    const auto row = connection.query_one(sql_.find, {scope.account, scope.region, slug});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<NamedRow> NamedRows::page(db::Connection& connection, const Scope& scope,
                                      std::int64_t before, int limit) const {
    std::vector<NamedRow> result;
    for (const db::Row& row :
         connection.query(sql_.page, {scope.account, scope.region, before, limit})) {
        result.push_back(read(row));
    }
    return result;
}

std::int64_t NamedRows::count(db::Connection& connection, const Scope& scope) const {
    return connection.query_one(sql_.count, {scope.account, scope.region})->integer(0);
}

const NamedRows& infrastructure_configurations() {
    static const NamedRows rows("infrastructure_configurations");
    return rows;
}

const NamedRows& distribution_configurations() {
    static const NamedRows rows("distribution_configurations");
    return rows;
}

const NamedRows& image_pipelines() {
    static const NamedRows rows("image_pipelines");
    return rows;
}

const NamedRows& lifecycle_policies() {
    static const NamedRows rows("lifecycle_policies");
    return rows;
}

}  // namespace goldsmith::state
