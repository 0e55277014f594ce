// Accounts and the access keys that sign requests. The daemon makes the root key of its account at
// its first start; http/ looks secrets up on every request. Functions run on the connection they
// are given. Failures throw db::Error. Secrets are never logged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct AccessKey {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string account{};
    std::string principal_arn{};  // "arn:aws:iam::123456789012:root"
    std::string user_id{};        // what GetCallerIdentity shows
    std::int64_t created_ms = 0;
};

/// Does nothing when the account is there already.
void insert_account(db::Connection& connection, std::string_view account, std::string_view name,
                    std::int64_t now_ms);
bool account_exists(db::Connection& connection, std::string_view account);

void insert_access_key(db::Connection& connection, const AccessKey& key);
std::optional<AccessKey> find_access_key(db::Connection& connection,
                                         std::string_view access_key_id);
/// The oldest key of the account: the root key of the first start.
std::optional<AccessKey> find_first_access_key(db::Connection& connection,
                                               std::string_view account);

}  // namespace goldsmith::state
