#pragma once

#include "http/message.h"

#include <string>
#include <string_view>
#include <vector>

// The computations of AWS Signature Version 4 that signing and verifying share. Pure functions.
namespace goldsmith::http::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Scope {
    std::string date;  // "20260131"
    std::string region;
    std::string service;

    std::string text() const;  // "20260131/us-east-1/ec2/aws4_request"
};

// The canonical request. `signed_headers`: lower case names, sorted. S3 encodes its path once and
// leaves its shape alone; every other service signs the normalised path encoded twice.
// X-Amz-Signature in the query is left out.
std::string canonical_request(const Request& request, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash);

// `timestamp`: "20260131T120000Z".
std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request);

// The key derived from the secret for one day, region and service (32 bytes).
std::string derived_key(std::string_view secret, const Scope& scope);

// Lower-case hexadecimal HMAC.
std::string signature(std::string_view derived_key, std::string_view string_to_sign);

}  // namespace goldsmith::http::sigv4
