// TLS for clients: certificates are checked against the bundle of the guest, wherever its
// distribution keeps it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "guest/net/environment.h"

struct ssl_ctx_st;

namespace goldsmith::guest {

/// Where certificate authorities come from: AWS_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR, else the
/// first of the places that distributions use.
struct TrustStore {
    std::string file;    ///< "" for none
    std::string folder;  ///< hashed names; "" for none
};
TrustStore find_trust_store(const Environment& environment);

class TlsContext {
public:
    /// Reads the trust store only when `verify`. Throws base::Error when there is none.
    TlsContext(const TrustStore& trust, bool verify);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* get() const { return context_; }
    bool verifies() const { return verify_; }

private:
    ssl_ctx_st* context_ = nullptr;
    bool verify_;
};

/// The reason of the last failure in OpenSSL's queue, which is emptied; "" when there is none.
std::string tls_failure_text();

}  // namespace goldsmith::guest
