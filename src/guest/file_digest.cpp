#include "guest/file_digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"

namespace goldsmith::guest {
namespace {

const EVP_MD* find_algorithm(std::string_view name) {
    if (name == "MD5") {
        return EVP_md5();
    }
    if (name == "SHA1") {
        return EVP_sha1();
    }
    if (name == "SHA256") {
        return EVP_sha256();
    }
    if (name == "SHA512") {
        return EVP_sha512();
    }
    throw base::Error("there is no digest algorithm '" + std::string(name) + "'");
}

}  // namespace

std::optional<std::string> file_digest_hex(std::string_view algorithm, const std::string& path) {
    const EVP_MD* kind = find_algorithm(algorithm);
    // A pipe must not keep the run waiting.
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat facts {};
    if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return std::nullopt;
    }
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), kind, nullptr) != 1) {
        throw base::Error("the digest " + std::string(algorithm) + " is not available here");
    }
    char block[64 * 1024];
    ssize_t got = 0;
    while ((got = ::read(file.get(), block, sizeof block)) > 0) {
        EVP_DigestUpdate(context.get(), block, static_cast<std::size_t>(got));
    }
    if (got < 0) {
        return std::nullopt;
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), digest, &size);
    return base::hex_encode({reinterpret_cast<const char*>(digest), size});
}

bool equal_hex(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

}  // namespace goldsmith::guest
