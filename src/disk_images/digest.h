// Digests that somebody published for a file: "sha256:<hex>", or a line of a SHA256SUMS file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace goldsmith::disk_images {

enum class DigestKind { sha1, sha256, sha512 };

struct Digest {
    DigestKind kind = DigestKind::sha256;
    std::string hex{};  // lower case
    std::string text() const;
    bool operator==(const Digest&) const = default;
};

/// "sha256:<hex>", "sha512:<hex>" or the bare hexadecimal digits. Throws base::Error saying what is
/// expected.
Digest parse_digest(std::string_view text);

struct NamedDigest {
    std::string name;
    Digest digest;
};

/// Every digest in a list as sha256sum(1) writes it; other lines (comments, signatures) are passed
/// over.
std::vector<NamedDigest> digests_in(std::string_view list);

/// The digest of `file_name` in a list as sha256sum(1) writes it ("<hex>  name", "<hex> *name",
/// "SHA256 (name) = <hex>"). A list of one file may be the bare digits. Nothing: it is not in it.
std::optional<Digest> find_digest(std::string_view list, std::string_view file_name);

/// Computes; one thread's. Throws base::Error when OpenSSL cannot.
class Digester {
public:
    explicit Digester(DigestKind kind);
    ~Digester();
    Digester(Digester&&) noexcept;
    void update(const void* data, std::size_t size);
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The whole of a file, in pieces. Throws base::SystemError.
void read_in_pieces(const base::Path& file,
                    const std::function<void(const char* data, std::size_t size)>& take);

Digest digest_of_file(const base::Path& file, DigestKind kind);

/// Throws ImageRefused, naming both, unless they are equal.
void require_digest(const Digest& expected, const Digest& found, std::string_view what);

}  // namespace goldsmith::disk_images
