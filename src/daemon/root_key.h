// The root user's access key: made at the first start, kept in the database, handed to people in
// <data>/credentials (AWS shared-credentials format, profile [default], mode 0600). And the lookup
// of secrets that request signatures are checked with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/files.h"
#include "base/random.h"
#include "http/principal.h"

namespace goldsmith::db {
class Database;
}
namespace goldsmith::service::authorization {
class Identities;
}

namespace goldsmith::daemon {

/// Makes account and key where the account is missing; a root key that was deleted later stays
/// deleted. A crash between file and database is mended by the next start: the file is written
/// first, and a key in it is taken over.
void ensure_root_key(db::Database& database, const std::string& account,
                     const base::Path& credentials_file, base::Random& random,
                     const base::Clock& clock);

/// Long-term and temporary credentials. Thread-safe. The identities must outlive it.
class DatabaseCredentials final : public http::CredentialSource {
public:
    explicit DatabaseCredentials(const service::authorization::Identities& identities)
        : identities_(identities) {}
    std::optional<http::Credential> find(std::string_view access_key_id) const override;

private:
    const service::authorization::Identities& identities_;
};

}  // namespace goldsmith::daemon
