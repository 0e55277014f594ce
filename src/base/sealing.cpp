#include "base/sealing.h"

#include <openssl/evp.h>

#include <memory>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace goldsmith::base {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context make_context() {
    Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    if (!context) {
        throw Error("AES-GCM is not available");
    }
    return context;
}

void require(int result) {
    if (result != 1) {
        throw Error("AES-GCM failed");
    }
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

Sealer::Sealer(std::string key, Random& random) : key_(std::move(key)), random_(random) {
    if (key_.size() != key_bytes) {
        throw Error("a sealing key has 32 bytes");
    }
}

std::string Sealer::seal(std::string_view text, std::string_view purpose) const {
    std::string nonce(nonce_bytes, '\0');
    random_.fill(nonce.data(), nonce.size());
    std::string cipher(text.size(), '\0');
    std::string tag(tag_bytes, '\0');
    const Context context = make_context();
    int size = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_),
                               bytes_of(nonce)));
    require(EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(purpose),
                              static_cast<int>(purpose.size())));
    require(EVP_EncryptUpdate(context.get(), bytes_of(cipher), &size, bytes_of(text),
                              static_cast<int>(text.size())));
    require(EVP_EncryptFinal_ex(context.get(), bytes_of(tag), &size));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag.data()));
    return base64_encode(nonce + cipher + tag);
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view purpose) const {
    const auto bytes = base64_decode(sealed);
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes) {
        return std::nullopt;
    }
    const std::string_view cipher =
        std::string_view(*bytes).substr(nonce_bytes, bytes->size() - nonce_bytes - tag_bytes);
    std::string tag = bytes->substr(bytes->size() - tag_bytes);
    std::string text(cipher.size(), '\0');
    const Context context = make_context();
    int size = 0;
    require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_),
                               bytes_of(std::string_view(*bytes))));
    require(EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(purpose),
                              static_cast<int>(purpose.size())));
    require(EVP_DecryptUpdate(context.get(), bytes_of(text), &size, bytes_of(cipher),
                              static_cast<int>(cipher.size())));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()));
    unsigned char rest[tag_bytes];
    if (EVP_DecryptFinal_ex(context.get(), rest, &size) != 1) {
        return std::nullopt;
    }
    return text;
}

std::string ensure_key_file(const Path& file, Random& random) {
    if (const auto text = read_file_if_exists(file, 1024)) {
        const auto key = hex_decode(*text);
        if (!key || key->size() != key_bytes) {
            throw Error(file.string() + " does not hold a key of 64 hexadecimal digits");
        }
        return *key;
    }
    std::string key(key_bytes, '\0');
    random.fill(key.data(), key.size());
    write_file_atomically(file, hex_encode(key), 0600);
    return key;
}

}  // namespace goldsmith::base
