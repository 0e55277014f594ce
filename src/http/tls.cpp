#include "http/tls.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace goldsmith::http {
namespace {

namespace ssl = boost::asio::ssl;

// TLS 1.2; those of 1.3 are all of this kind already.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

constexpr std::string_view kAlpn = "\x08http/1.1";

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(
        &chosen, out_size, reinterpret_cast<const unsigned char*>(kAlpn.data()),
        static_cast<unsigned int>(kAlpn.size()), offered, offered_size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

[[noreturn]] void fail(const std::string& doing, const boost::system::error_code& error) {
    throw base::Error(doing + ": " + error.message());
}

struct BioCloser {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateCloser {
    void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

std::shared_ptr<ssl::context> make_tls_context(const TlsFiles& files) {
    // Read by ourselves first: the error then says which file, and why.
    const auto certificate = base::read_file(files.certificate, 1 << 20);
    const auto key = base::read_file(files.key, 1 << 20);
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(
        native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_cipher_list(native, kCiphers);
    SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
    // A key with a passphrase would have a server without a terminal wait for ever.
    context->set_password_callback([](std::size_t, auto) { return std::string(); });
    boost::system::error_code error;
    context->use_certificate_chain(boost::asio::buffer(certificate), error);
    if (error) {
        fail("read the TLS certificate " + files.certificate.string(), error);
    }
    context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
    if (error) {
        fail("read the TLS key " + files.key.string() +
                 " (it must be PEM, without passphrase, and belong to " +
                 files.certificate.string() + ")",
             error);
    }
    return context;
}

std::string public_key_pin(const std::filesystem::path& certificate) {
    const auto pem = base::read_file(certificate, 1 << 20);
    const std::unique_ptr<BIO, BioCloser> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const std::unique_ptr<X509, CertificateCloser> parsed(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!parsed) {
        throw base::Error("read the TLS certificate " + certificate.string() + ": it is not PEM");
    }
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parsed.get()), &der);
    if (size <= 0) {
        throw base::Error("read the public key of " + certificate.string());
    }
    const auto digest = base::sha256(der, static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return "sha256//" + base::base64_encode(base::as_view(digest));
}

}  // namespace goldsmith::http
