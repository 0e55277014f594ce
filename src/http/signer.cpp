#include "http/signer.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "http/sigv4.h"

#include <algorithm>
#include <array>

namespace goldsmith::http {
namespace {

// Proxies and HTTP libraries change these on the way.
constexpr std::array<std::string_view, 9> kNeverSigned{
    "authorization", "connection", "content-length",    "expect",         "te",
    "trailer",       "upgrade",    "transfer-encoding", "x-amzn-trace-id"};

std::vector<std::string> names_to_sign(const Headers& headers) {
    std::vector<std::string> names;
    for (const auto& [name, value] : headers) {
        auto lower = lower_case(name);
        if (lower != "user-agent" && std::ranges::find(kNeverSigned, lower) == kNeverSigned.end()) {
            names.push_back(std::move(lower));
        }
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string result;
    for (const auto& name : names) {
        result.append(result.empty() ? "" : ";").append(name);
    }
    return result;
}

std::string payload_hash(const Request& request) {
    const auto declared = request.headers.find("x-amz-content-sha256");
    return declared ? std::string(trimmed(*declared)) : base::sha256_hex(request.body);
}

std::string signature_of(const Request& request, const SigningKey& key, const sigv4::Scope& scope,
                         std::string_view timestamp, const std::vector<std::string>& names,
                         std::string_view payload) {
    const auto canonical = sigv4::canonical_request(request, scope.service, names, payload);
    return sigv4::signature(sigv4::derived_key(key.secret, scope),
                            sigv4::string_to_sign(timestamp, scope, canonical));
}

}  // namespace

void sign(Request& request, const SigningKey& key, std::string_view region,
          std::string_view service, base::Time now) {
    const auto timestamp = base::format_iso8601_basic(now);
    const sigv4::Scope scope{timestamp.substr(0, 8), std::string(region), std::string(service)};
    request.headers.remove("Authorization");
    request.headers.set("X-Amz-Date", timestamp);
    if (key.session_token) {
        request.headers.set("X-Amz-Security-Token", *key.session_token);
    }
    const auto names = names_to_sign(request.headers);
    const auto signature =
        signature_of(request, key, scope, timestamp, names, payload_hash(request));
    request.headers.set("Authorization", std::string(sigv4::kAlgorithm) +
                                             " Credential=" + key.access_key_id + "/" +
                                             scope.text() + ", SignedHeaders=" + joined(names) +
                                             ", Signature=" + signature);
}

void presign(Request& request, const SigningKey& key, std::string_view region,
             std::string_view service, base::Time now, std::chrono::seconds lifetime) {
    const auto timestamp = base::format_iso8601_basic(now);
    const sigv4::Scope scope{timestamp.substr(0, 8), std::string(region), std::string(service)};
    std::string target = request.target;
    const auto append = [&](std::string_view name, std::string_view value) {
        target.append(target.find('?') == std::string::npos ? "?" : "&").append(name);
        target.append("=").append(base::percent_encode(value));
    };
    append("X-Amz-Algorithm", sigv4::kAlgorithm);
    append("X-Amz-Credential", key.access_key_id + "/" + scope.text());
    append("X-Amz-Date", timestamp);
    append("X-Amz-Expires", std::to_string(lifetime.count()));
    append("X-Amz-SignedHeaders", "host");
    if (key.session_token) {
        append("X-Amz-Security-Token", *key.session_token);
    }
    set_target(request, target);
    const auto payload =
        service == "s3" ? std::string(sigv4::kUnsignedPayload) : payload_hash(request);
    append("X-Amz-Signature", signature_of(request, key, scope, timestamp, {"host"}, payload));
    set_target(request, target);
}

}  // namespace goldsmith::http
