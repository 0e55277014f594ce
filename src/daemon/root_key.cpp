#include "daemon/root_key.h"

#include "base/encoding.h"
#include "db/database.h"
#include "state/credentials.h"

namespace goldsmith::daemon {

namespace {

struct KeyPair {
    std::string id;
    std::string secret;
};

/// AKIA and 16 of base 32; 40 characters of base 64: the forms that clients know.
KeyPair make_key(base::Random& random) {
    constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char bytes[16];
    random.fill(bytes, sizeof bytes);
    KeyPair key{"AKIA", {}};
    for (const unsigned char byte : bytes) {
        key.id += base32[byte & 31];
    }
    std::string secret(30, '\0');
    random.fill(secret.data(), secret.size());
    key.secret = base::base64_encode(secret);
    return key;
}

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
    const auto present = database.read([&](db::Connection& connection) {
        return state::find_first_access_key(connection, account);
    });
    if (present) {
        return;
    }
    const std::string file = base::read_file_if_exists(credentials_file).value_or("");
    KeyPair key{value_of(file, "aws_access_key_id"), value_of(file, "aws_secret_access_key")};
    if (key.id.empty() || key.secret.empty()) {
        key = make_key(random);
        base::write_file_atomically(credentials_file,
                                    "[default]\naws_access_key_id = " + key.id +
                                        "\naws_secret_access_key = " + key.secret + "\n",
                                    0600);
    }
    const std::int64_t now_ms = clock.now().time_since_epoch().count();
    database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction.connection();
        state::insert_account(connection, account, "root", now_ms);
        state::AccessKey row;
        row.access_key_id = key.id;
        row.secret_access_key = key.secret;
        row.account = account;
        row.principal_arn = "arn:aws:iam::" + account + ":root";
        row.user_id = account;
        row.created_ms = now_ms;
        state::insert_access_key(connection, row);
    });
}

std::optional<http::Credential> DatabaseCredentials::find(std::string_view access_key_id) const {
    const auto key = database_.read([&](db::Connection& connection) {
        return state::find_access_key(connection, access_key_id);
    });
    if (!key) {
        return std::nullopt;
    }
    http::Credential credential;
    credential.secret = key->secret_access_key;
    credential.principal = {key->access_key_id, key->account, key->principal_arn};
    return credential;
}

}  // namespace goldsmith::daemon
