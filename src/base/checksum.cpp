#include "base/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

#include "base/error.h"

namespace goldsmith::base {
namespace {

/// Reflected CRCs: those three differ in polynomial and width only.
template <typename Word>
class ReflectedCrc final : public Checksum {
public:
    explicit ReflectedCrc(Word polynomial) {
        for (unsigned i = 0; i < table_.size(); ++i) {
            Word word = i;
            for (int bit = 0; bit < 8; ++bit) {
                word = (word >> 1) ^ ((word & 1) != 0 ? polynomial : Word{0});
            }
            table_[i] = word;
        }
    }
    void update(std::string_view bytes) override {
        Word state = state_;
        for (const char c : bytes) {
            state = table_[(state ^ static_cast<unsigned char>(c)) & 0xFF] ^ (state >> 8);
        }
        state_ = state;
    }
    std::string finish() override {
        const Word value = ~state_;
        std::string bytes;
        for (int shift = (static_cast<int>(sizeof(Word)) - 1) * 8; shift >= 0; shift -= 8) {
            bytes += static_cast<char>((value >> shift) & 0xFF);
        }
        return bytes;
    }

private:
    std::array<Word, 256> table_{};
    Word state_ = ~Word{0};
};

class OpensslDigest final : public Checksum {
public:
    explicit OpensslDigest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), kind, nullptr) != 1) {
            throw Error("a digest algorithm is not available here");
        }
    }
    void update(std::string_view bytes) override {
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    }
    std::string finish() override {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        EVP_DigestFinal_ex(context_.get(), digest, &size);
        return {reinterpret_cast<const char*>(digest), size};
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::unique_ptr<Checksum> make_checksum(std::string_view name) {
    if (name == "crc32") {
        return std::make_unique<ReflectedCrc<std::uint32_t>>(0xEDB88320U);
    }
    if (name == "crc32c") {
        return std::make_unique<ReflectedCrc<std::uint32_t>>(0x82F63B78U);
    }
    if (name == "crc64nvme") {
        return std::make_unique<ReflectedCrc<std::uint64_t>>(0x9A6C9329AC4BC9B5ULL);
    }
    if (name == "sha1") {
        return std::make_unique<OpensslDigest>(EVP_sha1());
    }
    if (name == "sha256") {
        return std::make_unique<OpensslDigest>(EVP_sha256());
    }
    if (name == "sha512") {
        return std::make_unique<OpensslDigest>(EVP_sha512());
    }
    if (name == "md5") {
        return std::make_unique<OpensslDigest>(EVP_md5());
    }
    return nullptr;
}

}  // namespace goldsmith::base
