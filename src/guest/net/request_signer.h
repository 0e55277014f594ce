// Signs our requests with AWS Signature Version 4. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "guest/net/http_message.h"

namespace goldsmith::guest {

struct AwsKey {
    std::string access_key_id;
    std::string secret;
    std::string session_token;  ///< "" for long-lived keys
};

/// Adds X-Amz-Date, X-Amz-Security-Token with temporary keys, X-Amz-Content-Sha256 for S3, and
/// Authorization, replacing those of an earlier attempt. `payload_hash`: SHA-256 of the body in
/// hexadecimal. The path of the URL must be in canonical form: unreserved characters as they are,
/// all others encoded.
void sign_request(HttpRequest& request, const AwsKey& key, std::string_view region,
                  std::string_view service, std::string_view payload_hash, base::Time now);

}  // namespace goldsmith::guest
