#include "daemon/root_key.h"

#include "base/error.h"
#include "db/database.h"
#include "service/authorization/identities.h"
#include "service/key_pair.h"
#include "state/credentials.h"

namespace goldsmith::daemon {

namespace {

std::string value_of(const std::string& text, std::string_view name) {
    const std::size_t at = text.find(std::string(name) + " = ");
    if (at == std::string::npos) {
        return {};
    }
    const std::size_t begin = at + name.size() + 3;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

void ensure_root_key(db::Database& database, const std::string& account,
                     const base::Path& credentials_file, base::Random& random,
                     const base::Clock& clock) {
    const bool present = database.read(
        [&](db::Connection& connection) { return state::account_exists(connection, account); });
    if (present) {
        return;
    }
    const std::string file = base::read_file_if_exists(credentials_file).value_or("");
    service::KeyPair key{value_of(file, "aws_access_key_id"),
                         value_of(file, "aws_secret_access_key")};
    if (key.id.empty() || key.secret.empty()) {
        key = service::make_key_pair(random, "AKIA");
        base::write_file_atomically(credentials_file, service::credentials_file(key), 0600);
    }
    const auto taken = database.read(
        [&](db::Connection& connection) { return state::find_access_key(connection, key.id); });
    if (taken) {
        throw base::Error("the configuration names account " + account + ", but " +
                          credentials_file.string() + " belongs to account " + taken->account +
                          ": keep that one in the configuration and make the other with `goldsmith "
                          "account create NAME --account-id " +
                          account + "`");
    }
    const std::int64_t now_ms = clock.now().time_since_epoch().count();
    database.write([&](db::Transaction& transaction) {
        state::insert_account(transaction, account, "management", now_ms);
        state::insert_access_key(transaction, {.access_key_id = key.id,
                                               .secret_access_key = key.secret,
                                               .account = account,
                                               .principal_arn = "arn:aws:iam::" + account + ":root",
                                               .user_id = account,
                                               .created_ms = now_ms});
    });
}

std::optional<http::Credential> DatabaseCredentials::find(std::string_view access_key_id) const {
    const auto identity = identities_.find(access_key_id);
    if (!identity) {
        return std::nullopt;
    }
    http::Credential credential;
    credential.secret = identity->secret;
    credential.principal = {std::string(access_key_id), identity->caller.account,
                            identity->caller.arn};
    credential.session_token = identity->session_token;
    if (identity->expires_ms) {
        credential.expires = base::Time(std::chrono::milliseconds(*identity->expires_ms));
    }
    return credential;
}

}  // namespace goldsmith::daemon
