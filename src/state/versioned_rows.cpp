#include "state/versioned_rows.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view take_number_sql =
    "INSERT INTO build_numbers (kind, account, region, slug, major, minor, patch, last_build)"
    " VALUES ('@table@', ?1, ?2, ?3, ?4, ?5, ?6, 1)"
    " ON CONFLICT (kind, account, region, slug, major, minor, patch)"
    " DO UPDATE SET last_build = last_build + 1 RETURNING last_build";
constexpr std::string_view insert_sql =
    "INSERT INTO @table@ (account, region, slug, major, minor, patch, build, version_order, digest,"
    " created_ms, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id";
constexpr std::string_view first_order_sql =
    "SELECT version_order FROM @table@ WHERE account = ?1 AND region = ?2 AND slug = ?3"
    " AND major = ?4 AND minor = ?5 AND patch = ?6 LIMIT 1";
constexpr std::string_view set_order_sql = "UPDATE @table@ SET version_order = id WHERE id = ?1";
constexpr std::string_view erase_sql = "DELETE FROM @table@ WHERE id = ?1";
constexpr std::string_view update_body_sql = "UPDATE @table@ SET body = ?2 WHERE id = ?1";
constexpr std::string_view columns =
    "id, account, region, slug, major, minor, patch, build, version_order, digest, created_ms, "
    "body";
constexpr std::string_view find_sql =
    "SELECT @columns@ FROM @table@ WHERE account = ?1 AND region = ?2 AND slug = ?3"
    " AND major = ?4 AND minor = ?5 AND patch = ?6 AND build = ?7";
constexpr std::string_view versions_sql =
    "SELECT major, minor, patch, build FROM @table@"
    " WHERE account = ?1 AND region = ?2 AND slug = ?3"
    " ORDER BY major DESC, minor DESC, patch DESC, build DESC";
constexpr std::string_view page_versions_sql =
    "SELECT @columns@ FROM @table@ AS latest"
    " WHERE account = ?1 AND region = ?2 AND version_order < ?3 AND NOT EXISTS"
    " (SELECT 1 FROM @table@ AS later WHERE later.account = latest.account"
    "  AND later.region = latest.region AND later.version_order = latest.version_order"
    "  AND later.build > latest.build)"
    " ORDER BY version_order DESC LIMIT ?4";
constexpr std::string_view page_builds_sql =
    "SELECT @columns@ FROM @table@ WHERE account = ?1 AND region = ?2 AND id < ?3"
    " ORDER BY id DESC LIMIT ?4";
constexpr std::string_view page_builds_of_slug_sql =
    "SELECT @columns@ FROM @table@ WHERE account = ?1 AND region = ?2 AND id < ?3 AND slug = ?5"
    " ORDER BY id DESC LIMIT ?4";
constexpr std::string_view count_sql =
    "SELECT COUNT(DISTINCT version_order) FROM @table@ WHERE account = ?1 AND region = ?2";

std::string replace(std::string text, std::string_view mark, std::string_view by) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
        text.replace(at, mark.size(), by);
    }
    return text;
}

std::string with_table(std::string_view sql, std::string_view table) {
    return replace(replace(std::string(sql), "@columns@", columns), "@table@", table);
}

std::uint32_t node(const db::Row& row, std::size_t column) {
    return static_cast<std::uint32_t>(row.integer(column));
}

VersionedRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .scope = {row.text(1), row.text(2)},
            .slug = row.text(3),
            .version = {node(row, 4), node(row, 5), node(row, 6), node(row, 7)},
            .version_order = row.integer(8),
            .digest = row.text(9),
            .created_ms = row.integer(10),
            .body = row.text(11)};
}

std::vector<VersionedRow> read_all(const std::vector<db::Row>& rows) {
    std::vector<VersionedRow> result;
    result.reserve(rows.size());
    for (const db::Row& row : rows) {
        result.push_back(read(row));
    }
    return result;
}

}  // namespace

VersionedRows::VersionedRows(std::string_view table)
    : table_(table),
      sql_{.take_number = with_table(take_number_sql, table),
           .insert = with_table(insert_sql, table),
           .set_order = with_table(set_order_sql, table),
           .erase = with_table(erase_sql, table),
           .update_body = with_table(update_body_sql, table),
           .find = with_table(find_sql, table),
           .versions = with_table(versions_sql, table),
           .page_versions = with_table(page_versions_sql, table),
           .page_builds = with_table(page_builds_sql, table),
           .page_builds_of_slug = with_table(page_builds_of_slug_sql, table),
           .first_order = with_table(first_order_sql, table),
           .count = with_table(count_sql, table)} {}

std::uint32_t VersionedRows::take_build_number(db::Connection& connection, const Scope& scope,
                                               std::string_view slug,
                                               const api::Version& version) const {
    const auto row = connection.query_one(
        sql_.take_number,
        {scope.account, scope.region, slug, version.major, version.minor, version.patch});
    return node(*row, 0);
}

void VersionedRows::insert(db::Connection& connection, VersionedRow& row) const {
    const api::Version& version = row.version;
    const auto sibling =
        connection.query_one(sql_.first_order, {row.scope.account, row.scope.region, row.slug,
                                                version.major, version.minor, version.patch});
    const std::int64_t order = sibling ? sibling->integer(0) : 0;
    const auto inserted = connection.query_one(
        sql_.insert, {row.scope.account, row.scope.region, row.slug, version.major, version.minor,
                      version.patch, version.build, order, row.digest, row.created_ms, row.body});
    row.id = inserted->integer(0);
    row.version_order = sibling ? order : row.id;
    if (!sibling) {
        connection.execute(sql_.set_order, {row.id});
    }
}

bool VersionedRows::erase(db::Connection& connection, std::int64_t id) const {
    return connection.execute(sql_.erase, {id}) > 0;
}

void VersionedRows::update_body(db::Connection& connection, std::int64_t id,
                                std::string_view body) const {
    connection.execute(sql_.update_body, {id, body});
}

std::optional<VersionedRow> VersionedRows::find(db::Connection& connection, const Scope& scope,
                                                std::string_view slug,
                                                const api::Version& version) const {
    const auto row =
        connection.query_one(sql_.find, {scope.account, scope.region, slug, version.major,
                                         version.minor, version.patch, version.build});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<api::Version> VersionedRows::versions(db::Connection& connection, const Scope& scope,
                                                  std::string_view slug) const {
    std::vector<api::Version> result;
    for (const db::Row& row :
         connection.query(sql_.versions, {scope.account, scope.region, slug})) {
        result.push_back({node(row, 0), node(row, 1), node(row, 2), node(row, 3)});
    }
    return result;
}

std::vector<VersionedRow> VersionedRows::page_versions(db::Connection& connection,
                                                       const Scope& scope, std::int64_t before,
                                                       int limit) const {
    return read_all(
        connection.query(sql_.page_versions, {scope.account, scope.region, before, limit}));
}

std::vector<VersionedRow> VersionedRows::page_builds(db::Connection& connection, const Scope& scope,
                                                     std::optional<std::string_view> slug,
                                                     std::int64_t before, int limit) const {
    if (slug) {
        return read_all(connection.query(sql_.page_builds_of_slug,
                                         {scope.account, scope.region, before, limit, *slug}));
    }
    return read_all(
        connection.query(sql_.page_builds, {scope.account, scope.region, before, limit}));
}

std::int64_t VersionedRows::count_versions(db::Connection& connection, const Scope& scope) const {
    return connection.query_one(sql_.count, {scope.account, scope.region})->integer(0);
}

const VersionedRows& components() {
    static const VersionedRows rows("components");
    return rows;
}

const VersionedRows& workflows() {
    static const VersionedRows rows("workflows");
    return rows;
}

const VersionedRows& image_recipes() {
    static const VersionedRows rows("image_recipes");
    return rows;
}

const VersionedRows& container_recipes() {
    static const VersionedRows rows("container_recipes");
    return rows;
}

}  // namespace goldsmith::state
