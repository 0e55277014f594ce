#include "state/iam_policies.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view put_inline_sql =
    "INSERT INTO iam_inline_policies (owner_id, name, document) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (owner_id, name) DO UPDATE SET document = excluded.document";
constexpr std::string_view erase_inline_sql =
    "DELETE FROM iam_inline_policies WHERE owner_id = ?1 AND name = ?2";
constexpr std::string_view inline_sql =
    "SELECT name, document FROM iam_inline_policies WHERE owner_id = ?1 ORDER BY name";
constexpr std::string_view attach_sql =
    "INSERT INTO iam_attachments (owner_id, policy_arn) VALUES (?1, ?2)"
    " ON CONFLICT (owner_id, policy_arn) DO NOTHING";
constexpr std::string_view detach_sql =
    "DELETE FROM iam_attachments WHERE owner_id = ?1 AND policy_arn = ?2";
constexpr std::string_view attached_sql =
    "SELECT policy_arn FROM iam_attachments WHERE owner_id = ?1 ORDER BY policy_arn";
constexpr std::string_view owners_sql =
    "SELECT e.unique_id FROM iam_attachments a JOIN iam_entities e ON e.unique_id = a.owner_id"
    " WHERE a.policy_arn = ?1 AND e.account = ?2 ORDER BY e.kind, e.name_key";
constexpr std::string_view insert_version_sql =
    "INSERT INTO iam_policy_versions (policy_id, version, is_default, document, created_ms)"
    " VALUES (?1, ?2, 0, ?3, ?4)";
constexpr std::string_view set_default_sql =
    "UPDATE iam_policy_versions SET is_default = CASE WHEN version = ?2 THEN 1 ELSE 0 END"
    " WHERE policy_id = ?1";
constexpr std::string_view erase_version_sql =
    "DELETE FROM iam_policy_versions WHERE policy_id = ?1 AND version = ?2";
constexpr std::string_view versions_sql =
    "SELECT version, is_default, document, created_ms FROM iam_policy_versions"
    " WHERE policy_id = ?1 ORDER BY version DESC";

}  // namespace

void put_inline_policy(db::Connection& connection, std::string_view owner_id,
                       const InlinePolicy& policy) {
    connection.execute(put_inline_sql, {owner_id, policy.name, policy.document});
}

bool erase_inline_policy(db::Connection& connection, std::string_view owner_id,
                         std::string_view name) {
    return connection.execute(erase_inline_sql, {owner_id, name}) > 0;
}

std::vector<InlinePolicy> inline_policies_of(db::Connection& connection,
                                             std::string_view owner_id) {
    std::vector<InlinePolicy> policies;
    for (const db::Row& row : connection.query(inline_sql, {owner_id})) {
        policies.push_back({row.text(0), row.text(1)});
    }
    return policies;
}

void attach_policy(db::Connection& connection, std::string_view owner_id,
                   std::string_view policy_arn) {
    connection.execute(attach_sql, {owner_id, policy_arn});
}

bool detach_policy(db::Connection& connection, std::string_view owner_id,
                   std::string_view policy_arn) {
    return connection.execute(detach_sql, {owner_id, policy_arn}) > 0;
}

std::vector<std::string> attached_policies_of(db::Connection& connection,
                                              std::string_view owner_id) {
    std::vector<std::string> arns;
    for (const db::Row& row : connection.query(attached_sql, {owner_id})) {
        arns.push_back(row.text(0));
    }
    return arns;
}

std::vector<IamEntity> entities_with_policy(db::Connection& connection, std::string_view account,
                                            std::string_view policy_arn) {
    std::vector<IamEntity> owners;
    for (const db::Row& row : connection.query(owners_sql, {policy_arn, account})) {
        owners.push_back(*find_iam_entity_by_id(connection, row.text(0)));
    }
    return owners;
}

void insert_policy_version(db::Connection& connection, std::string_view policy_id,
                           const PolicyVersionRow& version) {
    connection.execute(insert_version_sql,
                       {policy_id, version.version, version.document, version.created_ms});
    if (version.is_default) {
        set_default_policy_version(connection, policy_id, version.version);
    }
}

void set_default_policy_version(db::Connection& connection, std::string_view policy_id,
                                std::int64_t version) {
    connection.execute(set_default_sql, {policy_id, version});
}

void erase_policy_version(db::Connection& connection, std::string_view policy_id,
                          std::int64_t version) {
    connection.execute(erase_version_sql, {policy_id, version});
}

std::vector<PolicyVersionRow> policy_versions_of(db::Connection& connection,
                                                 std::string_view policy_id) {
    std::vector<PolicyVersionRow> versions;
    for (const db::Row& row : connection.query(versions_sql, {policy_id})) {
        versions.push_back({row.integer(0), row.boolean(1), row.text(2), row.integer(3)});
    }
    return versions;
}

std::optional<std::string> default_policy_document(db::Connection& connection,
                                                   std::string_view policy_arn) {
    const auto policy = find_iam_entity_by_arn(connection, policy_arn);
    if (!policy || policy->kind != IamKind::policy) {
        return std::nullopt;
    }
    for (PolicyVersionRow& version : policy_versions_of(connection, policy->unique_id)) {
        if (version.is_default) {
            return std::move(version.document);
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::state
