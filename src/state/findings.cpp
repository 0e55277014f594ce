#include "state/findings.h"

#include <stdexcept>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view erase_sql =
    "DELETE FROM image_findings WHERE account = ?1 AND region = ?2 AND image_arn = ?3";
constexpr std::string_view insert_sql =
    "INSERT INTO image_findings (account, region, image_arn, pipeline_arn, vulnerability_id,"
    " severity, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
// @key@ is one of the columns below, never anything from outside.
constexpr std::string_view page_sql =
    "SELECT id, account, region, image_arn, pipeline_arn, vulnerability_id, severity, body"
    " FROM image_findings WHERE account = ?1 AND region = ?2 AND (?3 = '' OR @key@ = ?3)"
    " AND id < ?4 ORDER BY id DESC LIMIT ?5";
constexpr std::string_view count_sql =
    "SELECT @key@, COUNT(*), SUM(CASE WHEN severity = 'CRITICAL' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN severity = 'HIGH' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN severity = 'MEDIUM' THEN 1 ELSE 0 END)"
    " FROM image_findings WHERE account = ?1 AND region = ?2 AND (?3 = '' OR @key@ = ?3)"
    " AND @key@ > ?4 GROUP BY @key@ ORDER BY @key@ LIMIT ?5";

std::string_view column_of(FindingKey key) {
    switch (key) {
        case FindingKey::none:
            return "account";
        case FindingKey::image:
            return "image_arn";
        case FindingKey::pipeline:
            return "pipeline_arn";
        case FindingKey::vulnerability:
            return "vulnerability_id";
        case FindingKey::severity:
            return "severity";
    }
    throw std::logic_error("no such key of findings");
}

std::string with_key(std::string_view sql, FindingKey key) {
    constexpr std::string_view mark = "@key@";
    const std::string_view column = column_of(key);
    std::string text(sql);
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), column);
    }
    return text;
}

}  // namespace

void set_findings(db::Connection& connection, const Scope& scope, std::string_view image_arn,
                  const std::vector<FindingRow>& findings) {
    connection.execute(erase_sql, {scope.account, scope.region, image_arn});
    for (const FindingRow& finding : findings) {
        connection.execute(insert_sql,
                           {scope.account, scope.region, image_arn, finding.pipeline_arn,
                            finding.vulnerability_id, finding.severity, finding.body});
    }
}

std::vector<FindingRow> page_findings(db::Connection& connection, const Scope& scope,
                                      FindingKey key, std::string_view value, std::int64_t before,
                                      int limit) {
    std::vector<FindingRow> findings;
    for (const db::Row& row : connection.query(
             with_key(page_sql, key), {scope.account, scope.region, value, before, limit})) {
        findings.push_back({.id = row.integer(0),
                            .scope = {row.text(1), row.text(2)},
                            .image_arn = row.text(3),
                            .pipeline_arn = row.text(4),
                            .vulnerability_id = row.text(5),
                            .severity = row.text(6),
                            .body = row.text(7)});
    }
    return findings;
}

std::vector<FindingCounts> count_findings(db::Connection& connection, const Scope& scope,
                                          FindingKey group, std::string_view value,
                                          std::string_view after, int limit) {
    std::vector<FindingCounts> counts;
    for (const db::Row& row : connection.query(
             with_key(count_sql, group), {scope.account, scope.region, value, after, limit})) {
        counts.push_back({.group = row.text(0),
                          .all = row.integer(1),
                          .critical = row.integer(2),
                          .high = row.integer(3),
                          .medium = row.integer(4)});
    }
    return counts;
}

}  // namespace goldsmith::state
