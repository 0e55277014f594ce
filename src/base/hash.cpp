#include "base/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>

#include "base/encoding.h"
#include "base/error.h"

namespace goldsmith::base {

namespace {

/// Looked up once: OpenSSL's own short forms search all its providers, under a lock, at every call.
const EVP_MD* sha256_algorithm() {
    static EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (found == nullptr) {
        throw Error("SHA-256 is not available");
    }
    return found;
}

EVP_MAC* hmac_algorithm() {
    static EVP_MAC* const found = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (found == nullptr) {
        throw Error("HMAC-SHA-256 is not available");
    }
    return found;
}

/// Never null: OpenSSL takes null for a key that was given before.
const unsigned char* as_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

/// A context of HMAC with SHA-256; a thread has one and gives it a key at every use.
struct HmacContext {
    HmacContext() {
        char name[] = "SHA256";
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
            OSSL_PARAM_construct_end()};
        if (context == nullptr || EVP_MAC_CTX_set_params(context, parameters) != 1) {
            EVP_MAC_CTX_free(context);
            throw Error("HMAC-SHA-256 is not available");
        }
    }
    ~HmacContext() { EVP_MAC_CTX_free(context); }
    HmacContext(const HmacContext&) = delete;
    HmacContext& operator=(const HmacContext&) = delete;

    EVP_MAC_CTX* context = EVP_MAC_CTX_new(hmac_algorithm());
};

}  // namespace

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
    void restart() {
        if (context == nullptr || EVP_DigestInit_ex(context, sha256_algorithm(), nullptr) != 1) {
            throw Error("SHA-256 is not available");
        }
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    state_->restart();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(const void* data, std::size_t size) {
    EVP_DigestUpdate(state_->context, data, size);
    return *this;
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
    state_->restart();
    return digest;
}

Sha256Digest sha256(const void* data, std::size_t size) {
    thread_local Sha256 hash;
    return hash.update(data, size).finish();
}

Sha256Digest sha256(std::string_view data) {
    return sha256(data.data(), data.size());
}

std::string sha256_hex(std::string_view data) {
    return to_hex(sha256(data));
}

std::string to_hex(const Sha256Digest& digest) {
    return hex_encode(as_view(digest));
}

Sha256Digest digest_from_hex(std::string_view hex) {
    const auto bytes = hex_decode(hex);
    if (!bytes || bytes->size() != 32) {
        throw Error("not a SHA-256 digest: '" + std::string(hex.substr(0, 80)) + "'");
    }
    Sha256Digest digest;
    std::memcpy(digest.data(), bytes->data(), digest.size());
    return digest;
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view data) {
    thread_local HmacContext hmac;
    Sha256Digest digest;
    std::size_t size = 0;
    if (EVP_MAC_init(hmac.context, as_bytes(key), key.size(), nullptr) != 1 ||
        EVP_MAC_update(hmac.context, as_bytes(data), data.size()) != 1 ||
        EVP_MAC_final(hmac.context, digest.data(), &size, digest.size()) != 1) {
        throw Error("HMAC-SHA-256 could not be computed");
    }
    return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace goldsmith::base
