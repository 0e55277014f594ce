#include "state/tags.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view select_sql = "SELECT key, value FROM tags WHERE arn = ?1 ORDER BY key";
constexpr std::string_view put_sql =
    "INSERT INTO tags (arn, key, value) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value";
constexpr std::string_view remove_sql = "DELETE FROM tags WHERE arn = ?1 AND key = ?2";
constexpr std::string_view erase_sql = "DELETE FROM tags WHERE arn = ?1";
constexpr std::string_view page_sql =
    "SELECT arn, key, value FROM tags WHERE substr(arn, 1, ?1) = ?2"
    " AND (arn > ?3 OR (arn = ?3 AND key > ?4)) ORDER BY arn, key LIMIT ?5";

}  // namespace

std::string ec2_arn(std::string_view region, std::string_view resource_type, std::string_view id) {
    return "arn:aws:ec2:" + std::string(region) + "::" + std::string(resource_type) + "/" +
           std::string(id);
}

TagMap tags_of(db::Connection& connection, std::string_view arn) {
    TagMap tags;
    for (const db::Row& row : connection.query(select_sql, {arn})) {
        tags.emplace(row.text(0), row.text(1));
    }
    return tags;
}

void put_tags(db::Connection& connection, std::string_view arn, const TagMap& tags) {
    for (const auto& [key, value] : tags) {
        connection.execute(put_sql, {arn, key, value});
    }
}

void remove_tags(db::Connection& connection, std::string_view arn,
                 const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        connection.execute(remove_sql, {arn, key});
    }
}

void erase_tags(db::Connection& connection, std::string_view arn) {
    connection.execute(erase_sql, {arn});
}

std::vector<TagRow> page_tags(db::Connection& connection, std::string_view arn_prefix,
                              std::string_view after_arn, std::string_view after_key, int limit) {
    std::vector<TagRow> rows;
    for (const db::Row& row :
         connection.query(page_sql, {arn_prefix.size(), arn_prefix, after_arn, after_key, limit})) {
        rows.push_back({row.text(0), row.text(1), row.text(2)});
    }
    return rows;
}

}  // namespace goldsmith::state
