// The accounts of a data directory and their root keys, for `goldsmith account`: what only whoever
// owns the data directory may do. Works on the database, whether a server runs on it or not; a
// running server sees the change with its next request.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::daemon {

struct AccountLine {
    std::string account{};
    std::string name{};
    std::int64_t created_ms = 0;
    std::size_t active_root_keys = 0;
};

std::vector<AccountLine> list_accounts(const base::Path& data_directory);

struct NewRootKey {
    std::string account{};
    std::string access_key_id{};
    base::Path credentials_file{};  // mode 0600
};

/// `account`: 12 digits; empty: a random one. Throws base::Error when it is taken or malformed. The
/// credentials are written to <data>/accounts/<account>/credentials.
NewRootKey create_account(const base::Path& data_directory, const std::string& name,
                          const std::string& account);

/// A new root key for an account; the ones before are deleted. For rotation, and for whoever has
/// lost every key.
NewRootKey replace_root_key(const base::Path& data_directory, const std::string& account);

}  // namespace goldsmith::daemon
