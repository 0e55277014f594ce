#include "daemon/accounts.h"

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "daemon/data_directory.h"
#include "daemon/database.h"
#include "db/database.h"
#include "service/key_pair.h"
#include "state/credentials.h"
#include "state/iam_entities.h"

namespace goldsmith::daemon {

namespace {

constexpr std::size_t digits = 12;

bool is_account(const std::string& text) {
    return text.size() == digits &&
           std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

std::string random_account(base::Random& random) {
    std::uint64_t number = 0;
    random.fill(&number, sizeof number);
    constexpr std::uint64_t smallest = 100000000000;
    return std::to_string(smallest + number % (9 * smallest));
}

DataLayout layout_of(const base::Path& data_directory) {
    const DataLayout layout{std::filesystem::absolute(data_directory)};
    if (!std::filesystem::exists(layout.database())) {
        throw base::Error(layout.root.string() +
                          " holds no server's data: start `goldsmith serve` on it first, or name "
                          "another folder with --data-dir");
    }
    return layout;
}

std::int64_t now_ms() {
    return base::SystemClock().now().time_since_epoch().count();
}

state::AccessKey root_key(const std::string& account, const service::KeyPair& pair) {
    return {.access_key_id = pair.id,
            .secret_access_key = pair.secret,
            .account = account,
            .principal_arn = "arn:aws:iam::" + account + ":root",
            .user_id = account,
            .created_ms = now_ms()};
}

/// The account that a server's configuration names has its file where it always was.
base::Path credentials_path(const DataLayout& layout, db::Connection& connection,
                            const std::string& account) {
    const auto all = state::all_accounts(connection);
    const auto first = std::ranges::min_element(all, {}, &state::Account::created_ms);
    return first != all.end() && first->account == account
               ? layout.credentials()
               : layout.root / "accounts" / account / "credentials";
}

void write_credentials(const base::Path& file, const service::KeyPair& pair) {
    base::make_directories(file.parent_path(), 0700);
    base::write_file_atomically(file, service::credentials_file(pair), 0600);
}

}  // namespace

std::vector<AccountLine> list_accounts(const base::Path& data_directory) {
    const auto database = open_database(layout_of(data_directory));
    return database->read([](db::Connection& connection) {
        std::vector<AccountLine> lines;
        for (const auto& account : state::all_accounts(connection)) {
            const auto keys = state::access_keys_of(connection, account.account, account.account);
            const auto active = std::ranges::count_if(keys, &state::AccessKey::is_active);
            lines.push_back({account.account, account.name, account.created_ms,
                             static_cast<std::size_t>(active)});
        }
        return lines;
    });
}

NewRootKey create_account(const base::Path& data_directory, const std::string& name,
                          const std::string& account) {
    if (!account.empty() && !is_account(account)) {
        throw base::Error("'" + account + "' is no account number: it has 12 digits");
    }
    const DataLayout layout = layout_of(data_directory);
    const auto database = open_database(layout);
    base::SystemRandom random;
    const std::string number = account.empty() ? random_account(random) : account;
    const auto pair = service::make_key_pair(random, "AKIA");
    const base::Path file = layout.root / "accounts" / number / "credentials";
    database->write([&](db::Transaction& transaction) {
        if (state::account_exists(transaction, number)) {
            throw base::Error("there is an account " + number + " already");
        }
        // The file first: a key that nobody has would be of no use, one that does not work is
        // replaced by running this again.
        write_credentials(file, pair);
        state::insert_account(transaction, number, name, now_ms());
        state::insert_access_key(transaction, root_key(number, pair));
    });
    return {number, pair.id, file};
}

NewRootKey replace_root_key(const base::Path& data_directory, const std::string& account) {
    const DataLayout layout = layout_of(data_directory);
    const auto database = open_database(layout);
    base::SystemRandom random;
    const auto pair = service::make_key_pair(random, "AKIA");
    const auto file = database->write([&](db::Transaction& transaction) {
        if (!state::account_exists(transaction, account)) {
            throw base::Error("there is no account " + account +
                              "; `goldsmith account ls` lists them");
        }
        for (const auto& key : state::access_keys_of(transaction, account, account)) {
            state::erase_access_key(transaction, key.access_key_id);
        }
        state::insert_access_key(transaction, root_key(account, pair));
        state::touch_identities(transaction);
        auto path = credentials_path(layout, transaction, account);
        write_credentials(path, pair);
        return path;
    });
    return {account, pair.id, file};
}

}  // namespace goldsmith::daemon
