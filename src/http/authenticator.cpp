#include "http/authenticator.h"

#include "base/hash.h"
#include "http/aws_chunked.h"
#include "http/signature_material.h"
#include "http/sigv4.h"

#include <algorithm>
#include <charconv>

namespace goldsmith::http {
namespace {

constexpr std::chrono::minutes kAllowedSkew{15};
constexpr std::string_view kStreaming = "STREAMING-";

AuthFailure invalid_token() {
    return {AuthProblem::unknown_key, "The security token included in the request is invalid."};
}

AuthFailure wrong_body() {
    return {AuthProblem::mismatch,
            "The provided 'x-amz-content-sha256' header does not match what was computed."};
}

// Stands for a key that does not exist; nothing verified with it is ever let in.
const Credential& decoy() {
    static const Credential none{std::string(40, 'x'), {}, std::nullopt, std::nullopt};
    return none;
}

AuthFailure wrong_signature() {
    return {AuthProblem::mismatch,
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details."};
}

std::string stamp(base::Time time) {
    return base::format_iso8601_basic(std::chrono::floor<std::chrono::seconds>(time));
}

std::optional<AuthFailure> check_time(const SignatureMaterial& material, base::Time now) {
    if (material.time > now + kAllowedSkew) {
        return AuthFailure{AuthProblem::not_yet_valid,
                           "Signature not yet current: " + material.timestamp +
                               " is still later than " + stamp(now + kAllowedSkew) + " (" +
                               stamp(now) + " + 15 min.)"};
    }
    if (material.lifetime && material.time + *material.lifetime < now) {
        return AuthFailure{AuthProblem::expired,
                           "Signature expired: the presigned request was valid until " +
                               stamp(material.time + *material.lifetime) + ", it is " + stamp(now) +
                               "."};
    }
    if (!material.lifetime && material.time < now - kAllowedSkew) {
        return AuthFailure{AuthProblem::expired,
                           "Signature expired: " + material.timestamp + " is now earlier than " +
                               stamp(now - kAllowedSkew) + " (" + stamp(now) + " - 15 min.)"};
    }
    return std::nullopt;
}

std::optional<AuthFailure> check_token(const SignatureMaterial& material,
                                       const Credential& credential, base::Time now) {
    const bool expected = credential.session_token.has_value();
    if (expected != material.session_token.has_value() ||
        (expected &&
         !base::equal_in_constant_time(*credential.session_token, *material.session_token))) {
        return invalid_token();
    }
    if (credential.expires && now >= *credential.expires) {
        return AuthFailure{AuthProblem::expired_token,
                           "The security token included in the request is expired"};
    }
    return std::nullopt;
}

std::optional<AuthFailure> check_region(const std::string& region,
                                        const std::vector<std::string>& served) {
    if (served.empty() || std::ranges::find(served, region) != served.end()) {
        return std::nullopt;
    }
    std::string list;
    for (const auto& each : served) {
        list.append(list.empty() ? "" : ", ").append(each);
    }
    return AuthFailure{
        AuthProblem::wrong_scope,
        "Credential should be scoped to a valid region; this endpoint serves " + list + "."};
}

bool is_hash(std::string_view text) {
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

// How the payload takes part in the signature.
struct Payload {
    std::string hash;         // the last line of the canonical request
    bool mismatched = false;  // the declared hash is not the body's
    bool chunked = false;
    bool signed_chunks = false;
    bool trailer = false;
};

std::variant<Payload, AuthFailure> read_streaming(std::string_view declared) {
    Payload payload{std::string(declared), false, true, true, declared.ends_with("-TRAILER")};
    if (declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
        payload.signed_chunks = false;
        return payload;
    }
    if (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" ||
        declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
        return payload;
    }
    return AuthFailure{AuthProblem::incomplete,
                       "This value of x-amz-content-sha256 is not supported: '" +
                           std::string(declared.substr(0, 80)) + "'."};
}

std::variant<Payload, AuthFailure> read_payload(const Request& request,
                                                const SignatureMaterial& material) {
    const auto declared = trimmed(request.headers.get("x-amz-content-sha256"));
    if (declared.empty()) {
        const bool presigned_s3 = material.lifetime && material.scope.service == "s3";
        return Payload{presigned_s3 ? std::string(sigv4::kUnsignedPayload)
                                    : base::sha256_hex(request.body)};
    }
    if (declared == sigv4::kUnsignedPayload) {
        return Payload{std::string(declared)};
    }
    if (declared.starts_with(kStreaming)) {
        return read_streaming(declared);
    }
    if (!is_hash(declared)) {
        return AuthFailure{
            AuthProblem::incomplete,
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value, or a "
            "SHA-256 in lower-case hexadecimal."};
    }
    const bool matches = base::equal_in_constant_time(base::sha256_hex(request.body), declared);
    return Payload{std::string(declared), !matches};
}

AuthFailure malformed_body(std::string message) {
    return {AuthProblem::malformed_body, std::move(message)};
}

// Checks x-amz-decoded-content-length, where it is given, against what the framing held.
std::optional<AuthFailure> check_decoded_length(const Request& request, std::size_t size) {
    const auto declared = request.headers.find("x-amz-decoded-content-length");
    if (!declared) {
        return std::nullopt;
    }
    const auto text = trimmed(*declared);
    std::size_t expected = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), expected);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || expected != size) {
        return malformed_body("x-amz-decoded-content-length does not match the body, which has " +
                              std::to_string(size) + " bytes.");
    }
    return std::nullopt;
}

std::variant<std::string, AuthFailure> unframed_body(const Request& request, const Payload& payload,
                                                     const SignatureMaterial& material,
                                                     const std::string& key) {
    if (!payload.chunked) {
        return request.body;
    }
    std::optional<ChunkSigning> signing;
    if (payload.signed_chunks) {
        signing = ChunkSigning{key, material.timestamp, material.scope.text(), material.signature};
    }
    auto decoded = decode_aws_chunked(request.body, signing, payload.trailer);
    if (auto* problem = std::get_if<ChunkedProblem>(&decoded)) {
        return AuthFailure{
            problem->wrong_signature ? AuthProblem::mismatch : AuthProblem::malformed_body,
            std::move(problem->message)};
    }
    auto& body = std::get<ChunkedBody>(decoded);
    if (auto failure = check_decoded_length(request, body.content.size())) {
        return *std::move(failure);
    }
    return std::move(body.content);
}

}  // namespace

Authenticator::Authenticator(const CredentialSource& credentials, const base::Clock& clock,
                             std::vector<std::string> regions)
    : credentials_(credentials), clock_(clock), regions_(std::move(regions)) {}

std::variant<Authenticated, AuthFailure> Authenticator::verify(const Request& request,
                                                               AuthWork* work) const {
    AuthWork counted;
    AuthWork& done = work == nullptr ? counted : *work;
    const auto read = read_signature_material(request);
    if (const auto* failure = std::get_if<AuthFailure>(&read)) {
        return *failure;
    }
    const auto& material = std::get<SignatureMaterial>(read);
    const auto read_body = read_payload(request, material);
    if (const auto* problem = std::get_if<AuthFailure>(&read_body)) {
        return *problem;
    }
    const auto& payload = std::get<Payload>(read_body);
    ++done.payload_hashes;
    // From here on everything is computed before anything is decided.
    auto found = credentials_.find(material.access_key_id);
    ++done.lookups;
    const Credential& credential = found ? *found : decoy();
    const auto key = keys_.find_or_derive(credential.secret, material.scope);
    const auto canonical = sigv4::canonical_request(request, material.scope.service,
                                                    material.signed_headers, payload.hash);
    const auto expected =
        sigv4::signature(key, sigv4::string_to_sign(material.timestamp, material.scope, canonical));
    ++done.signatures;
    const bool matches = base::equal_in_constant_time(expected, material.signature);
    ++done.comparisons;
    if (auto failure = found ? check_token(material, credential, clock_.now())
                             : std::optional(invalid_token())) {
        return *std::move(failure);
    }
    if (auto failure = check_region(material.scope.region, regions_)) {
        return *std::move(failure);
    }
    if (auto failure = check_time(material, clock_.now())) {
        return *std::move(failure);
    }
    if (payload.mismatched) {
        return wrong_body();
    }
    if (!matches) {
        return wrong_signature();
    }
    auto body = unframed_body(request, payload, material, key);
    if (auto* problem = std::get_if<AuthFailure>(&body)) {
        return *std::move(problem);
    }
    return Authenticated{std::move(found->principal), material.scope.region, material.scope.service,
                         std::get<std::string>(std::move(body))};
}

}  // namespace goldsmith::http
