#include "state/resource_policies.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view put_sql =
    "INSERT INTO resource_policies (arn, account, region, type, policy, updated_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (arn) DO UPDATE SET policy = excluded.policy, updated_ms = excluded.updated_ms";
constexpr std::string_view find_sql =
    "SELECT id, arn, account, region, type, policy, updated_ms FROM resource_policies"
    " WHERE arn = ?1";
constexpr std::string_view erase_sql = "DELETE FROM resource_policies WHERE arn = ?1";
constexpr std::string_view page_sql =
    "SELECT id, arn, account, region, type, policy, updated_ms FROM resource_policies"
    " WHERE region = ?1 AND type = ?2 AND account <> ?3 AND id < ?4 ORDER BY id DESC LIMIT ?5";

ResourcePolicyRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .arn = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .type = row.text(4),
            .policy = row.text(5),
            .updated_ms = row.integer(6)};
}

}  // namespace

void put_resource_policy(db::Connection& connection, const ResourcePolicyRow& row) {
    connection.execute(put_sql, {row.arn, row.scope.account, row.scope.region, row.type, row.policy,
                                 row.updated_ms});
}

std::optional<ResourcePolicyRow> find_resource_policy(db::Connection& connection,
                                                      std::string_view arn) {
    const auto row = connection.query_one(find_sql, {arn});
    return row ? std::optional(read(*row)) : std::nullopt;
}

bool erase_resource_policy(db::Connection& connection, std::string_view arn) {
    return connection.execute(erase_sql, {arn}) > 0;
}

std::vector<ResourcePolicyRow> page_policies_of_others(db::Connection& connection,
                                                       const Scope& reader, std::string_view type,
                                                       std::int64_t before, int limit) {
    std::vector<ResourcePolicyRow> rows;
    for (const db::Row& row :
         connection.query(page_sql, {reader.region, type, reader.account, before, limit})) {
        rows.push_back(read(row));
    }
    return rows;
}

}  // namespace goldsmith::state
