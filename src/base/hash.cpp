#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>

#include "base/encoding.h"
#include "base/error.h"

namespace goldsmith::base {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
    void restart() {
        if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) {
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
    Sha256Digest digest;
    if (EVP_Digest(data, size, digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw Error("SHA-256 is not available");
    }
    return digest;
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
    Sha256Digest digest;
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(),
             &size) == nullptr) {
        throw Error("HMAC-SHA-256 is not available");
    }
    return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace goldsmith::base
