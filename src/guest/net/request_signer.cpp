#include "guest/net/request_signer.h"

#include <algorithm>

#include "base/encoding.h"
#include "signing/sigv4.h"

namespace goldsmith::guest {
namespace {

void set_header(HeaderFields& headers, const std::string& name, std::string value) {
    std::erase_if(headers, [&](const auto& field) { return same_header_name(field.first, name); });
    headers.emplace_back(name, std::move(value));
}

signing::Fields query_of(std::string_view target) {
    signing::Fields fields;
    const std::size_t mark = target.find('?');
    target = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    while (!target.empty()) {
        const std::size_t end = std::min(target.find('&'), target.size());
        const std::string_view part = target.substr(0, end);
        target.remove_prefix(std::min(end + 1, target.size()));
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto decoded = [](std::string_view text) {
            return base::percent_decode(text).value_or(std::string(text));
        };
        fields.emplace_back(decoded(part.substr(0, equals)),
                            decoded(part.substr(std::min(equals + 1, part.size()))));
    }
    return fields;
}

signing::Fields headers_to_sign(const HttpRequest& request) {
    signing::Fields fields{{"host", request.url.authority()}};
    for (const auto& [name, value] : request.headers) {
        std::string lower = name;
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        // Proxies may add to the user agent.
        if (lower != "user-agent") {
            fields.emplace_back(std::move(lower), signing::folded_value(value));
        }
    }
    std::ranges::sort(fields);
    return fields;
}

}  // namespace

void sign_request(HttpRequest& request, const AwsKey& key, std::string_view region,
                  std::string_view service, std::string_view payload_hash, base::Time now) {
    const std::string timestamp = base::format_iso8601_basic(now);
    const signing::Scope scope{timestamp.substr(0, 8), std::string(region), std::string(service)};
    std::erase_if(request.headers,
                  [](const auto& field) { return same_header_name(field.first, "Authorization"); });
    set_header(request.headers, "X-Amz-Date", timestamp);
    if (!key.session_token.empty()) {
        set_header(request.headers, "X-Amz-Security-Token", key.session_token);
    }
    if (service == "s3") {
        set_header(request.headers, "X-Amz-Content-Sha256", std::string(payload_hash));
    }
    signing::RequestParts parts;
    parts.method = request.method;
    // S3 signs the path as it is sent, the others encode it once more.
    parts.path =
        service == "s3" ? request.url.path() : base::percent_encode(request.url.path(), true);
    parts.query = query_of(request.url.target);
    parts.headers = headers_to_sign(request);
    parts.payload_hash = payload_hash;
    const std::string signature = signing::signature(
        signing::derived_key(key.secret, scope),
        signing::string_to_sign(timestamp, scope, signing::canonical_request(parts)));
    set_header(request.headers, "Authorization",
               std::string(signing::algorithm) + " Credential=" + key.access_key_id + "/" +
                   scope.text() + ", SignedHeaders=" + signing::signed_header_names(parts.headers) +
                   ", Signature=" + signature);
}

}  // namespace goldsmith::guest
