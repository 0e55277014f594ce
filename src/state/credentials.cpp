#include "state/credentials.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view insert_account_sql =
    "INSERT INTO accounts (account, name, created_ms) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (account) DO NOTHING";
constexpr std::string_view select_account_sql = "SELECT 1 FROM accounts WHERE account = ?1";
constexpr std::string_view select_accounts_sql =
    "SELECT account, name, created_ms FROM accounts ORDER BY account";
constexpr std::string_view insert_key_sql =
    "INSERT INTO access_keys (access_key_id, secret_access_key, account, principal_arn, user_id,"
    " created_ms, is_active) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr std::string_view select_key_sql =
    "SELECT access_key_id, secret_access_key, account, principal_arn, user_id, created_ms,"
    " is_active, last_used_ms, last_used_service, last_used_region"
    " FROM access_keys WHERE access_key_id = ?1";
constexpr std::string_view select_keys_sql =
    "SELECT access_key_id, secret_access_key, account, principal_arn, user_id, created_ms,"
    " is_active, last_used_ms, last_used_service, last_used_region"
    " FROM access_keys WHERE account = ?1 AND user_id = ?2 ORDER BY created_ms, access_key_id";
constexpr std::string_view set_active_sql =
    "UPDATE access_keys SET is_active = ?2 WHERE access_key_id = ?1";
constexpr std::string_view erase_key_sql = "DELETE FROM access_keys WHERE access_key_id = ?1";
constexpr std::string_view set_arn_sql =
    "UPDATE access_keys SET principal_arn = ?2 WHERE user_id = ?1";
constexpr std::string_view note_use_sql =
    "UPDATE access_keys SET last_used_ms = ?2, last_used_service = ?3, last_used_region = ?4"
    " WHERE access_key_id = ?1";

AccessKey read(const db::Row& row) {
    return {.access_key_id = row.text(0),
            .secret_access_key = row.text(1),
            .account = row.text(2),
            .principal_arn = row.text(3),
            .user_id = row.text(4),
            .created_ms = row.integer(5),
            .is_active = row.boolean(6),
            .last_used_ms = row.optional_integer(7),
            .last_used_service = row.optional_text(8).value_or(""),
            .last_used_region = row.optional_text(9).value_or("")};
}

}  // namespace

void insert_account(db::Connection& connection, std::string_view account, std::string_view name,
                    std::int64_t now_ms) {
    connection.execute(insert_account_sql, {account, name, now_ms});
}

bool account_exists(db::Connection& connection, std::string_view account) {
    return connection.query_one(select_account_sql, {account}).has_value();
}

std::vector<Account> all_accounts(db::Connection& connection) {
    std::vector<Account> accounts;
    for (const db::Row& row : connection.query(select_accounts_sql)) {
        accounts.push_back({row.text(0), row.text(1), row.integer(2)});
    }
    return accounts;
}

void insert_access_key(db::Connection& connection, const AccessKey& key) {
    connection.execute(insert_key_sql,
                       {key.access_key_id, key.secret_access_key, key.account, key.principal_arn,
                        key.user_id, key.created_ms, key.is_active});
}

std::optional<AccessKey> find_access_key(db::Connection& connection,
                                         std::string_view access_key_id) {
    const auto row = connection.query_one(select_key_sql, {access_key_id});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<AccessKey> access_keys_of(db::Connection& connection, std::string_view account,
                                      std::string_view user_id) {
    std::vector<AccessKey> keys;
    for (const db::Row& row : connection.query(select_keys_sql, {account, user_id})) {
        keys.push_back(read(row));
    }
    return keys;
}

void set_access_key_active(db::Connection& connection, std::string_view access_key_id,
                           bool is_active) {
    connection.execute(set_active_sql, {access_key_id, is_active});
}

void erase_access_key(db::Connection& connection, std::string_view access_key_id) {
    connection.execute(erase_key_sql, {access_key_id});
}

void set_principal_arn_of_keys(db::Connection& connection, std::string_view user_id,
                               std::string_view principal_arn) {
    connection.execute(set_arn_sql, {user_id, principal_arn});
}

void note_access_key_use(db::Connection& connection, std::string_view access_key_id,
                         std::int64_t now_ms, std::string_view service, std::string_view region) {
    connection.execute(note_use_sql, {access_key_id, now_ms, service, region});
}

}  // namespace goldsmith::state
