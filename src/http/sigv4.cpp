#include "http/sigv4.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "http/uri.h"

#include <algorithm>

namespace goldsmith::http::sigv4 {
namespace {

std::string canonical_path(std::string_view raw_path, std::string_view service) {
    if (service == "s3") {
        const auto decoded = base::percent_decode(raw_path).value_or(std::string(raw_path));
        return base::percent_encode(decoded, true);
    }
    return base::percent_encode(normalised_path(raw_path), true);
}

std::string canonical_query(std::string_view raw_query) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : parse_query(raw_query)) {
        if (name != "X-Amz-Signature") {
            encoded.emplace_back(base::percent_encode(name), base::percent_encode(value));
        }
    }
    std::ranges::sort(encoded);
    std::string result;
    for (const auto& [name, value] : encoded) {
        result.append(result.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return result;
}

// Trims both ends and makes each run of blanks within one space.
std::string folded(std::string_view value) {
    std::string result;
    for (const char c : trimmed(value)) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank) {
            result += c;
        } else if (!result.ends_with(' ')) {
            result += ' ';
        }
    }
    return result;
}

std::string canonical_header(const Headers& headers, std::string_view name) {
    std::string result = std::string(name) + ":";
    bool first = true;
    for (const auto& [field, value] : headers) {
        if (same_name(field, name)) {
            result.append(first ? "" : ",").append(folded(value));
            first = false;
        }
    }
    return result + "\n";
}

std::string hmac(std::string_view key, std::string_view data) {
    return std::string(base::as_view(base::hmac_sha256(key, data)));
}

}  // namespace

std::string Scope::text() const {
    return date + "/" + region + "/" + service + "/aws4_request";
}

std::string canonical_request(const Request& request, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash) {
    std::string headers;
    std::string names;
    for (const auto& name : signed_headers) {
        headers += canonical_header(request.headers, name);
        names.append(names.empty() ? "" : ";").append(name);
    }
    std::string result = request.method;
    result.append("\n").append(canonical_path(request.raw_path, service));
    result.append("\n").append(canonical_query(request.raw_query));
    result.append("\n").append(headers);
    result.append("\n").append(names);
    result.append("\n").append(payload_hash);
    return result;
}

std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request) {
    std::string result(kAlgorithm);
    result.append("\n").append(timestamp);
    result.append("\n").append(scope.text());
    result.append("\n").append(base::sha256_hex(canonical_request));
    return result;
}

std::string derived_key(std::string_view secret, const Scope& scope) {
    const auto date_key = hmac("AWS4" + std::string(secret), scope.date);
    return hmac(hmac(hmac(date_key, scope.region), scope.service), "aws4_request");
}

std::string signature(std::string_view derived_key, std::string_view string_to_sign) {
    return base::to_hex(base::hmac_sha256(derived_key, string_to_sign));
}

}  // namespace goldsmith::http::sigv4
