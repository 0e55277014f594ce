#pragma once

#include "base/clock.h"
#include "http/message.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::http {

// What a client signs with.
struct SigningKey {
    std::string access_key_id;
    std::string secret;
    std::optional<std::string> session_token;
};

// Adds Authorization, X-Amz-Date and, with temporary credentials, X-Amz-Security-Token to the
// request. A Host header must be there. Everything but the headers that intermediaries change is
// signed. An x-amz-content-sha256 header that is there already is signed as it stands; otherwise
// the body's hash is used without adding the header.
void sign(Request& request, const SigningKey& key, std::string_view region,
          std::string_view service, base::Time now);

// The presigned form: appends the X-Amz-... query parameters to the target. Only Host is signed.
void presign(Request& request, const SigningKey& key, std::string_view region,
             std::string_view service, base::Time now, std::chrono::seconds lifetime);

}  // namespace goldsmith::http
