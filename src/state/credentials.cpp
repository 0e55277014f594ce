#include "state/credentials.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_account_sql =
    "INSERT INTO accounts (account, name, created_ms) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (account) DO NOTHING";
constexpr std::string_view select_account_sql = "SELECT 1 FROM accounts WHERE account = ?1";
constexpr std::string_view insert_key_sql =
    "INSERT INTO access_keys (access_key_id, secret_access_key, account, principal_arn, user_id,"
    " created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view select_key_sql =
    "SELECT access_key_id, secret_access_key, account, principal_arn, user_id, created_ms"
    " FROM access_keys WHERE access_key_id = ?1";
constexpr std::string_view select_first_key_sql =
    "SELECT access_key_id, secret_access_key, account, principal_arn, user_id, created_ms"
    " FROM access_keys WHERE account = ?1 ORDER BY created_ms, access_key_id LIMIT 1";

std::optional<AccessKey> read(const std::optional<db::Row>& row) {
    if (!row) {
        return std::nullopt;
    }
    return AccessKey{.access_key_id = row->text(0),
                     .secret_access_key = row->text(1),
                     .account = row->text(2),
                     .principal_arn = row->text(3),
                     .user_id = row->text(4),
                     .created_ms = row->integer(5)};
}

}  // namespace

void insert_account(db::Connection& connection, std::string_view account, std::string_view name,
                    std::int64_t now_ms) {
    connection.execute(insert_account_sql, {account, name, now_ms});
}

bool account_exists(db::Connection& connection, std::string_view account) {
    return connection.query_one(select_account_sql, {account}).has_value();
}

void insert_access_key(db::Connection& connection, const AccessKey& key) {
    connection.execute(insert_key_sql, {key.access_key_id, key.secret_access_key, key.account,
                                        key.principal_arn, key.user_id, key.created_ms});
}

std::optional<AccessKey> find_access_key(db::Connection& connection,
                                         std::string_view access_key_id) {
    return read(connection.query_one(select_key_sql, {access_key_id}));
}

std::optional<AccessKey> find_first_access_key(db::Connection& connection,
                                               std::string_view account) {
    return read(connection.query_one(select_first_key_sql, {account}));
}

}  // namespace goldsmith::state
