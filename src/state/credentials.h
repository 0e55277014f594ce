// Accounts and the access keys that sign requests: of root users and of users. The daemon makes the
// root key of its account at its first start. Functions run on the connection they are given.
// Failures throw db::Error. Secrets are never logged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct Account {
    std::string account{};
    std::string name{};
    std::int64_t created_ms = 0;
};

/// Does nothing when the account is there already.
void insert_account(db::Connection& connection, std::string_view account, std::string_view name,
                    std::int64_t now_ms);
bool account_exists(db::Connection& connection, std::string_view account);
/// In order of their numbers.
std::vector<Account> all_accounts(db::Connection& connection);

struct AccessKey {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string account{};
    std::string principal_arn{};  // "arn:aws:iam::123456789012:root"
    std::string user_id{};        // of the user; of the root user: the account
    std::int64_t created_ms = 0;
    bool is_active = true;
    std::optional<std::int64_t> last_used_ms{};
    std::string last_used_service{};
    std::string last_used_region{};
};

void insert_access_key(db::Connection& connection, const AccessKey& key);
std::optional<AccessKey> find_access_key(db::Connection& connection,
                                         std::string_view access_key_id);
/// Of that user (or root user), oldest first.
std::vector<AccessKey> access_keys_of(db::Connection& connection, std::string_view account,
                                      std::string_view user_id);
void set_access_key_active(db::Connection& connection, std::string_view access_key_id,
                           bool is_active);
void erase_access_key(db::Connection& connection, std::string_view access_key_id);
/// After a user got another name or path.
void set_principal_arn_of_keys(db::Connection& connection, std::string_view user_id,
                               std::string_view principal_arn);
void note_access_key_use(db::Connection& connection, std::string_view access_key_id,
                         std::int64_t now_ms, std::string_view service, std::string_view region);

}  // namespace goldsmith::state
