// CallContext: who calls, where and when. Made once per request by the daemon (or by a test), then
// handed to every family method. A value; thread-safe to share as const.
#pragma once

#include <string>

#include "base/clock.h"

namespace goldsmith::api {

struct CallContext {
    std::string account{};        // 12 digits
    std::string region{};         // "us-east-1"
    std::string principal_arn{};  // "arn:aws:iam::123456789012:root"
    std::string access_key{};     // the key id that signed the request
    std::string request_id{};     // a UUID; also sent to the client
    base::Time now{};             // the one moment at which this request happens
    std::string source_ip{};
    bool is_secure = false;  // came over TLS
};

}  // namespace goldsmith::api
