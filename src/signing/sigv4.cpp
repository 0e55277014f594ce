#include "signing/sigv4.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"

namespace goldsmith::signing {
namespace {

std::string canonical_query(const Fields& query) {
    Fields encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(base::percent_encode(name), base::percent_encode(value));
    }
    std::ranges::sort(encoded);
    std::string result;
    for (const auto& [name, value] : encoded) {
        result.append(result.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return result;
}

std::string hmac(std::string_view key, std::string_view data) {
    return std::string(base::as_view(base::hmac_sha256(key, data)));
}

}  // namespace

std::string Scope::text() const {
    return date + "/" + region + "/" + service + "/aws4_request";
}

std::string folded_value(std::string_view value) {
    std::string result;
    for (const char c : value) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank) {
            result += c;
        } else if (!result.empty() && !result.ends_with(' ')) {
            result += ' ';
        }
    }
    if (result.ends_with(' ')) {
        result.pop_back();
    }
    return result;
}

std::string signed_header_names(const Fields& headers) {
    std::string names;
    for (const auto& [name, value] : headers) {
        names.append(names.empty() ? "" : ";").append(name);
    }
    return names;
}

std::string canonical_request(const RequestParts& parts) {
    std::string result = parts.method;
    result.append("\n").append(parts.path);
    result.append("\n").append(canonical_query(parts.query));
    result.append("\n");
    for (const auto& [name, value] : parts.headers) {
        result.append(name).append(":").append(value).append("\n");
    }
    result.append("\n").append(signed_header_names(parts.headers));
    result.append("\n").append(parts.payload_hash);
    return result;
}

std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request) {
    std::string result(algorithm);
    result.append("\n").append(timestamp);
    result.append("\n").append(scope.text());
    result.append("\n").append(base::sha256_hex(canonical_request));
    return result;
}

std::string derived_key(std::string_view secret, const Scope& scope) {
    const std::string date_key = hmac("AWS4" + std::string(secret), scope.date);
    return hmac(hmac(hmac(date_key, scope.region), scope.service), "aws4_request");
}

std::string signature(std::string_view derived_key, std::string_view string_to_sign) {
    return base::to_hex(base::hmac_sha256(derived_key, string_to_sign));
}

}  // namespace goldsmith::signing
