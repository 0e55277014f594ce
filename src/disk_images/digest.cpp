#include "disk_images/digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

const char* name_of(DigestKind kind) {
    switch (kind) {
        case DigestKind::sha1:
            return "sha1";
        case DigestKind::sha256:
            return "sha256";
        case DigestKind::sha512:
            return "sha512";
    }
    return "";
}

std::optional<DigestKind> kind_of_length(std::size_t digits) {
    switch (digits) {
        case 40:
            return DigestKind::sha1;
        case 64:
            return DigestKind::sha256;
        case 128:
            return DigestKind::sha512;
        default:
            return std::nullopt;
    }
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

std::optional<Digest> from_hex(std::string_view digits) {
    const auto kind = kind_of_length(digits.size());
    const bool is_hex =
        digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    return kind && is_hex ? std::optional(Digest{*kind, lower(digits)}) : std::nullopt;
}

// "SHA256 (name) = <hex>" and, in an OVF's manifest, "SHA256(name)= <hex>".
std::optional<NamedDigest> from_bsd_line(const std::string& line) {
    const auto open = line.find('(');
    const auto equals = line.rfind('=');
    const auto close = equals == std::string::npos ? equals : line.rfind(')', equals);
    if (open == std::string::npos || close == std::string::npos || close < open) {
        return std::nullopt;
    }
    const auto begin = line.find_first_not_of(" \t", equals + 1);
    const auto end = line.find_last_not_of(" \t\r");
    const auto digest =
        begin == std::string::npos ? std::nullopt : from_hex(line.substr(begin, end + 1 - begin));
    return digest ? std::optional(NamedDigest{line.substr(open + 1, close - open - 1), *digest})
                  : std::nullopt;
}

std::optional<NamedDigest> from_line(const std::string& line) {
    if (auto named = from_bsd_line(line)) {
        return named;
    }
    std::istringstream words(line);
    std::string digits;
    std::string name;
    words >> digits;
    std::getline(words >> std::ws, name);
    while (name.ends_with('\r') || name.ends_with(' ')) {
        name.pop_back();
    }
    if (name.starts_with('*')) {
        name.erase(0, 1);
    }
    if (name.starts_with("./")) {
        name.erase(0, 2);
    }
    const auto digest = name.empty() ? std::nullopt : from_hex(digits);
    return digest ? std::optional(NamedDigest{name, *digest}) : std::nullopt;
}

}  // namespace

std::string Digest::text() const {
    return std::string(name_of(kind)) + ":" + hex;
}

Digest parse_digest(std::string_view text) {
    const auto colon = text.find(':');
    const std::string_view digits = colon == std::string_view::npos ? text : text.substr(colon + 1);
    const auto digest = from_hex(digits);
    const bool named = colon == std::string_view::npos ||
                       (digest && lower(text.substr(0, colon)) == name_of(digest->kind));
    if (!digest || digest->kind == DigestKind::sha1 || !named) {
        throw base::Error(in_quotes(text) +
                          " is no digest; expected sha256:<64 hexadecimal digits> or "
                          "sha512:<128 hexadecimal digits>");
    }
    return *digest;
}

std::vector<NamedDigest> digests_in(std::string_view list) {
    std::istringstream lines{std::string(list)};
    std::vector<NamedDigest> all;
    for (std::string line; std::getline(lines, line);) {
        if (auto named = from_line(line)) {
            all.push_back(std::move(*named));
        }
    }
    return all;
}

std::optional<Digest> find_digest(std::string_view list, std::string_view file_name) {
    for (const NamedDigest& named : digests_in(list)) {
        if (named.name == file_name) {
            return named.digest;
        }
    }
    std::istringstream words{std::string(list)};
    std::string only;
    std::string more;
    words >> only >> more;
    return more.empty() ? from_hex(only) : std::nullopt;
}

struct Digester::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    DigestKind kind{};
    ~State() { EVP_MD_CTX_free(context); }
};

Digester::Digester(DigestKind kind) : state_(std::make_unique<State>()) {
    state_->kind = kind;
    const EVP_MD* algorithm = kind == DigestKind::sha1     ? EVP_sha1()
                              : kind == DigestKind::sha256 ? EVP_sha256()
                                                           : EVP_sha512();
    if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, algorithm, nullptr) != 1) {
        throw base::Error(std::string("this host's OpenSSL cannot compute ") + name_of(kind));
    }
}

Digester::~Digester() = default;
Digester::Digester(Digester&&) noexcept = default;

void Digester::update(const void* data, std::size_t size) {
    if (EVP_DigestUpdate(state_->context, data, size) != 1) {
        throw base::Error("computing a digest failed");
    }
}

Digest Digester::finish() {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    if (EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(bytes.data()),
                           &length) != 1) {
        throw base::Error("computing a digest failed");
    }
    bytes.resize(length);
    return {state_->kind, base::hex_encode(bytes)};
}

void read_in_pieces(const base::Path& file,
                    const std::function<void(const char* data, std::size_t size)>& take) {
    const base::Fd fd = base::open_file(file, O_RDONLY);
    std::vector<char> buffer(1 << 20);
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0) {
            throw base::SystemError("read " + file.string());
        }
        if (got == 0) {
            return;
        }
        take(buffer.data(), static_cast<std::size_t>(got));
    }
}

Digest digest_of_file(const base::Path& file, DigestKind kind) {
    Digester digester(kind);
    read_in_pieces(file, [&](const char* data, std::size_t size) { digester.update(data, size); });
    return digester.finish();
}

void require_digest(const Digest& expected, const Digest& found, std::string_view what) {
    if (expected != found) {
        throw ImageRefused("the digest of " + std::string(what) + " is " + found.text() +
                           " and should be " + expected.text() +
                           ": it is damaged or not the file that was meant");
    }
}

}  // namespace goldsmith::disk_images
