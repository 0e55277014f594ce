// The computations of AWS Signature Version 4 that the server, which verifies, and the clients,
// which sign, share. Pure functions over parts of a request; each side takes its own requests
// apart.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace goldsmith::signing {

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

struct Scope {
    std::string date;  ///< "20260131"
    std::string region;
    std::string service;

    std::string text() const;  ///< "20260131/us-east-1/ec2/aws4_request"
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct RequestParts {
    std::string method;
    std::string path;          ///< canonical already: what that is differs between services
    Fields query;              ///< decoded, in any order
    Fields headers;            ///< lower-case names, sorted; one entry per name
    std::string payload_hash;  ///< hexadecimal, or one of S3's words
};

std::string canonical_request(const RequestParts& parts);

/// "host;x-amz-date"
std::string signed_header_names(const Fields& headers);

/// Without blanks at the ends, each run of blanks within as one space.
std::string folded_value(std::string_view value);

/// `timestamp`: "20260131T120000Z".
std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request);

/// The key derived from the secret for one day, region and service (32 bytes).
std::string derived_key(std::string_view secret, const Scope& scope);

/// Lower-case hexadecimal HMAC.
std::string signature(std::string_view derived_key, std::string_view string_to_sign);

}  // namespace goldsmith::signing
