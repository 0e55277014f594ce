#include "http/sigv4.h"

#include "base/encoding.h"
#include "http/uri.h"

namespace goldsmith::http::sigv4 {
namespace {

std::string canonical_path(std::string_view raw_path, std::string_view service) {
    if (service == "s3") {
        const auto decoded = base::percent_decode(raw_path).value_or(std::string(raw_path));
        return base::percent_encode(decoded, true);
    }
    return base::percent_encode(normalised_path(raw_path), true);
}

std::string canonical_value(const Headers& headers, std::string_view name) {
    std::string result;
    bool first = true;
    for (const auto& [field, value] : headers) {
        if (same_name(field, name)) {
            result.append(first ? "" : ",").append(signing::folded_value(value));
            first = false;
        }
    }
    return result;
}

}  // namespace

std::string canonical_request(const Request& request, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash) {
    signing::RequestParts parts;
    parts.method = request.method;
    parts.path = canonical_path(request.raw_path, service);
    parts.query = parse_query(request.raw_query);
    std::erase_if(parts.query, [](const auto& field) { return field.first == "X-Amz-Signature"; });
    for (const auto& name : signed_headers) {
        parts.headers.emplace_back(name, canonical_value(request.headers, name));
    }
    parts.payload_hash = payload_hash;
    return signing::canonical_request(parts);
}

}  // namespace goldsmith::http::sigv4
