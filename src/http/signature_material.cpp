#include "http/signature_material.h"

#include "http/uri.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace goldsmith::http {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

AuthFailure incomplete(std::string message) {
    return {AuthProblem::incomplete, std::move(message)};
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

// "AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=.." without the algorithm.
Fields authorization_fields(std::string_view text) {
    Fields fields;
    for (const auto& part : split(text, ',')) {
        const auto field = trimmed(part);
        const auto equals = field.find('=');
        if (equals != std::string_view::npos) {
            fields.emplace(field.substr(0, equals), field.substr(equals + 1));
        }
    }
    return fields;
}

// "key/20260131/us-east-1/ec2/aws4_request"
std::optional<AuthFailure> read_credential(std::string_view credential,
                                           SignatureMaterial& material) {
    auto parts = split(credential, '/');
    if (parts.size() != 5 || std::ranges::any_of(parts, &std::string::empty)) {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, as in "
            "keyid/date/region/service/aws4_request.");
    }
    if (parts[4] != "aws4_request") {
        return AuthFailure{AuthProblem::wrong_scope,
                           "Credential should be scoped with a valid terminator: 'aws4_request'."};
    }
    material.access_key_id = parts[0];
    material.scope = {parts[1], parts[2], parts[3]};
    return std::nullopt;
}

std::optional<AuthFailure> read_signed_headers(std::string_view names, const Request& request,
                                               bool presigned, SignatureMaterial& material) {
    auto& list = material.signed_headers;
    list = split(lower_case(names), ';');
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
    const auto is_signed = [&](std::string_view name) {
        return std::ranges::binary_search(list, name);
    };
    if (!is_signed("host")) {
        return incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.");
    }
    for (const auto& [name, value] : request.headers) {
        const auto lower = lower_case(name);
        // Both of these are checked by value: the first is in the canonical request, the second is
        // compared.
        const bool covered = lower == "x-amz-content-sha256" || lower == "x-amz-security-token";
        if (lower.starts_with("x-amz-") && !covered && !is_signed(lower) &&
            !(presigned && lower == "x-amz-date")) {
            return incomplete("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }
    return std::nullopt;
}

std::optional<AuthFailure> read_time(std::string_view text, SignatureMaterial& material) {
    const auto time = base::parse_iso8601_basic(text);
    if (!time) {
        return incomplete(
            "Date must be in ISO-8601 'basic format', as in 20260131T120000Z. Got something else "
            "in "
            "X-Amz-Date.");
    }
    material.timestamp = text;
    material.time = *time;
    if (!text.starts_with(material.scope.date) || material.scope.date.size() != 8) {
        return AuthFailure{AuthProblem::wrong_scope,
                           "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
                           "of date from HTTP: '" +
                               material.scope.date + "' != '" + material.timestamp.substr(0, 8) +
                               "'."};
    }
    return std::nullopt;
}

std::optional<AuthFailure> require(const Fields& fields,
                                   std::initializer_list<std::string_view> names,
                                   std::string_view where) {
    std::string message;
    for (const auto name : names) {
        const auto found = fields.find(name);
        if (found == fields.end() || found->second.empty()) {
            message.append(message.empty() ? "" : " ").append(where).append(" requires '");
            message.append(name).append("' parameter.");
        }
    }
    return message.empty() ? std::nullopt : std::optional(incomplete(std::move(message)));
}

std::variant<SignatureMaterial, AuthFailure> from_header(const Request& request) {
    const auto header = trimmed(request.headers.get("Authorization"));
    const auto blank = header.find(' ');
    if (header.substr(0, blank) != sigv4::kAlgorithm) {
        return incomplete("Unsupported AWS 'algorithm' in the Authorization header; " +
                          std::string(sigv4::kAlgorithm) + " is required.");
    }
    const auto fields = authorization_fields(
        blank == std::string_view::npos ? std::string_view{} : header.substr(blank));
    SignatureMaterial material;
    if (auto failure =
            require(fields, {"Credential", "SignedHeaders", "Signature"}, "Authorization header")) {
        return *failure;
    }
    if (!request.headers.contains("X-Amz-Date")) {
        return incomplete("Authorization header requires existence of a 'X-Amz-Date' header.");
    }
    auto failure = read_credential(fields.at("Credential"), material);
    if (!failure) {
        failure = read_signed_headers(fields.at("SignedHeaders"), request, false, material);
    }
    if (!failure) {
        failure = read_time(trimmed(request.headers.get("X-Amz-Date")), material);
    }
    if (failure) {
        return *failure;
    }
    material.signature = fields.at("Signature");
    if (const auto token = request.headers.find("X-Amz-Security-Token")) {
        material.session_token = std::string(trimmed(*token));
    }
    return material;
}

std::optional<std::chrono::seconds> read_lifetime(const std::string& text) {
    constexpr int kWeek = 7 * 24 * 3600;
    int seconds = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, seconds);
    if (parsed.ec != std::errc() || parsed.ptr != end || seconds < 1 || seconds > kWeek) {
        return std::nullopt;
    }
    return std::chrono::seconds(seconds);
}

std::variant<SignatureMaterial, AuthFailure> from_query(const Request& request) {
    Fields fields;
    for (auto& [name, value] : parse_query(request.raw_query)) {
        if (name.starts_with("X-Amz-") && !fields.emplace(name, value).second) {
            return incomplete("The query parameter '" + name + "' is given twice.");
        }
    }
    if (auto failure = require(fields,
                               {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
                                "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"},
                               "A presigned query string")) {
        return *failure;
    }
    if (fields.at("X-Amz-Algorithm") != sigv4::kAlgorithm) {
        return incomplete("Unsupported AWS 'algorithm' in X-Amz-Algorithm; " +
                          std::string(sigv4::kAlgorithm) + " is required.");
    }
    SignatureMaterial material;
    auto failure = read_credential(fields.at("X-Amz-Credential"), material);
    if (!failure) {
        failure = read_signed_headers(fields.at("X-Amz-SignedHeaders"), request, true, material);
    }
    if (!failure) {
        failure = read_time(fields.at("X-Amz-Date"), material);
    }
    if (failure) {
        return *failure;
    }
    material.lifetime = read_lifetime(fields.at("X-Amz-Expires"));
    if (!material.lifetime) {
        return incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800.");
    }
    material.signature = fields.at("X-Amz-Signature");
    if (const auto token = fields.find("X-Amz-Security-Token"); token != fields.end()) {
        material.session_token = token->second;
    }
    return material;
}

bool has_query_signature(const Request& request) {
    return std::ranges::any_of(parse_query(request.raw_query), [](const auto& field) {
        return field.first == "X-Amz-Signature" || field.first == "X-Amz-Credential";
    });
}

}  // namespace

bool looks_signed(const Request& request) {
    return request.headers.contains("Authorization") || has_query_signature(request);
}

std::variant<SignatureMaterial, AuthFailure> read_signature_material(const Request& request) {
    const auto headers = std::ranges::count_if(
        request.headers, [](const auto& field) { return same_name(field.first, "Authorization"); });
    const bool query = has_query_signature(request);
    if (headers + (query ? 1 : 0) > 1) {
        return incomplete(
            "Only one auth mechanism allowed; the request carries more than one signature.");
    }
    if (headers == 1) {
        return from_header(request);
    }
    if (query) {
        return from_query(request);
    }
    return AuthFailure{AuthProblem::missing, "Missing Authentication Token"};
}

}  // namespace goldsmith::http
