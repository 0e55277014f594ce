#pragma once

#include "http/message.h"
#include "signing/sigv4.h"

#include <string>
#include <string_view>
#include <vector>

// AWS Signature Version 4 of a request as the server sees it. Pure functions.
namespace goldsmith::http::sigv4 {

inline constexpr std::string_view kAlgorithm = signing::algorithm;
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

using signing::derived_key;
using signing::Scope;
using signing::signature;
using signing::string_to_sign;

// The canonical request. `signed_headers`: lower case names, sorted. S3 encodes its path once and
// leaves its shape alone; every other service signs the normalised path encoded twice.
// X-Amz-Signature in the query is left out.
std::string canonical_request(const Request& request, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash);

}  // namespace goldsmith::http::sigv4
