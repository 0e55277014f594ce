#pragma once

#include "base/clock.h"
#include "http/derived_keys.h"
#include "http/message.h"
#include "http/principal.h"

#include <string>
#include <variant>
#include <vector>

namespace goldsmith::http {

// Why a request was not let in. Each protocol has its own names for these (auth_failure.h).
enum class AuthProblem {
    missing,         // no signature at all
    incomplete,      // a signature that does not have the required form
    unknown_key,     // no such access key, or a wrong session token
    expired_token,   // temporary credentials past their end
    expired,         // signed too long ago, or a presigned request past its lifetime
    not_yet_valid,   // dated in the future
    wrong_scope,     // the scope's date, region or terminator does not fit
    mismatch,        // the signature, the body's hash or a chunk's signature is wrong
    malformed_body,  // aws-chunked framing that does not parse
};

struct AuthFailure {
    AuthProblem problem;
    std::string message;  // for the client: never holds a secret or an expected signature
};

struct Authenticated {
    Principal principal;
    std::string region;
    std::string service;
    std::string body;  // without aws-chunked framing
};

// What one verification computed; for tests of the promise below.
struct AuthWork {
    int lookups = 0;
    int payload_hashes = 0;
    int signatures = 0;
    int comparisons = 0;

    bool operator==(const AuthWork&) const = default;
};

// Verifies AWS Signature Version 4: the Authorization header and the presigned query form, payload
// hashes, unsigned payloads, and aws-chunked payloads with their chunk and trailer signatures. A
// request's date may be 15 minutes away from the clock. Signatures are compared in constant time,
// and a request of the right form costs the same work whatever is wrong with it: an unknown key,
// the token, the scope, the date, the body or the signature. Usable from several threads at once.
class Authenticator {
public:
    // `regions`: those a scope may name; empty: any. The references must outlive the object.
    Authenticator(const CredentialSource& credentials, const base::Clock& clock,
                  std::vector<std::string> regions = {});

    // `work`, when given, receives what was computed.
    std::variant<Authenticated, AuthFailure> verify(const Request& request,
                                                    AuthWork* work = nullptr) const;

private:
    const CredentialSource& credentials_;
    const base::Clock& clock_;
    std::vector<std::string> regions_;
    mutable DerivedKeys keys_;
};

// Whether the request carries any SigV4 material, in a header or in the query.
bool looks_signed(const Request& request);

}  // namespace goldsmith::http
