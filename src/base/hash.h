// SHA-256, HMAC-SHA-256 and the comparison that leaks no timing. A Sha256 object belongs to one
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace goldsmith::base {

using Sha256Digest = std::array<unsigned char, 32>;

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    Sha256& update(const void* data, std::size_t size);
    Sha256& update(std::string_view data) { return update(data.data(), data.size()); }
    /// Ends this computation; the object may be used again from the start.
    Sha256Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256Digest sha256(std::string_view data);
Sha256Digest sha256(const void* data, std::size_t size);
std::string sha256_hex(std::string_view data);
std::string to_hex(const Sha256Digest& digest);
/// 64 hexadecimal digits; anything else is an Error.
Sha256Digest digest_from_hex(std::string_view hex);

Sha256Digest hmac_sha256(std::string_view key, std::string_view data);
inline std::string_view as_view(const Sha256Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Takes the same time wherever the two differ. Different lengths are unequal (the length is
/// public).
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace goldsmith::base
