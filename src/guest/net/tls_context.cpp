#include "guest/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <filesystem>

#include "base/error.h"

namespace goldsmith::guest {
namespace {

/// Debian and Alpine; Fedora and RHEL before 7; SUSE; RHEL since 7; BSD-like.
constexpr const char* bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                   "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                   "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                   "/etc/ssl/cert.pem"};

/// The library must not look for configuration, engines or modules: what lies there belongs to
/// another OpenSSL.
void prepare_library() {
    static const int ready = OPENSSL_init_ssl(
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_NO_ATEXIT,
        nullptr);
    if (ready != 1) {
        throw base::Error("TLS cannot be prepared: " + tls_failure_text());
    }
}

}  // namespace

TrustStore find_trust_store(const Environment& environment) {
    TrustStore store;
    store.file = environment("AWS_CA_BUNDLE");
    if (store.file.empty()) {
        store.file = environment("SSL_CERT_FILE");
    }
    store.folder = environment("SSL_CERT_DIR");
    if (!store.file.empty() || !store.folder.empty()) {
        return store;
    }
    std::error_code ignored;
    for (const char* bundle : bundles) {
        if (std::filesystem::is_regular_file(bundle, ignored)) {
            store.file = bundle;
            return store;
        }
    }
    if (std::filesystem::is_directory("/etc/ssl/certs", ignored)) {
        store.folder = "/etc/ssl/certs";
    }
    return store;
}

std::string tls_failure_text() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "" : reason;
}

TlsContext::TlsContext(const TrustStore& trust, bool verify) : verify_(verify) {
    prepare_library();
    context_ = SSL_CTX_new(TLS_client_method());
    if (context_ == nullptr) {
        throw base::Error("TLS cannot be prepared: " + tls_failure_text());
    }
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Servers that just close are common; whether an answer is complete is told by its length.
    SSL_CTX_set_options(context_, SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (!verify) {
        return;
    }
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    const bool known = !trust.file.empty() || !trust.folder.empty();
    const char* file = trust.file.empty() ? nullptr : trust.file.c_str();
    const char* folder = trust.folder.empty() ? nullptr : trust.folder.c_str();
    if (!known || SSL_CTX_load_verify_locations(context_, file, folder) != 1) {
        const std::string reason = tls_failure_text();
        SSL_CTX_free(context_);
        throw base::Error(
            (known ? "the certificate authorities in " + trust.file + trust.folder +
                         " cannot be read: " + reason
                   : std::string("this system has no bundle of certificate authorities")) +
            "; install the package ca-certificates or set SSL_CERT_FILE");
    }
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

}  // namespace goldsmith::guest
