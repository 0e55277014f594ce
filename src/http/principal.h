#pragma once

#include <optional>
#include <string>
#include <string_view>
#include "base/clock.h"

namespace goldsmith::http {

// Who signed a request.
struct Principal {
    std::string access_key_id;
    std::string account;  // 12 digits
    std::string arn;      // "arn:aws:iam::123456789012:root", a user or an assumed role
};

// What an access key id stands for.
struct Credential {
    std::string secret;
    Principal principal;
    std::optional<std::string>
        session_token;  // temporary credentials must present exactly this token
    std::optional<base::Time> expires;
};

// Where secrets come from. Called on several threads at once, once per request; must be quick. May
// throw, which the caller answers with 500.
class CredentialSource {
public:
    virtual ~CredentialSource() = default;
    virtual std::optional<Credential> find(std::string_view access_key_id) const = 0;
};

}  // namespace goldsmith::http
