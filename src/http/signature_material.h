#pragma once

#include "base/clock.h"
#include "http/authenticator.h"
#include "http/sigv4.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace goldsmith::http {

// What a request says about its own signature; nothing in it has been verified.
struct SignatureMaterial {
    std::string access_key_id;
    sigv4::Scope scope;
    std::vector<std::string> signed_headers;  // lower case, sorted
    std::string signature;
    std::string timestamp;                         // "20260131T120000Z"
    base::Time time;                               // the same
    std::optional<std::chrono::seconds> lifetime;  // presigned requests only
    std::optional<std::string> session_token;
};

// Reads the Authorization header or the X-Amz-... query parameters. Checks form only: every part is
// there, the scope has its five parts, the date parses, `host` and the x-amz-... headers are
// signed.
std::variant<SignatureMaterial, AuthFailure> read_signature_material(const Request& request);

}  // namespace goldsmith::http
