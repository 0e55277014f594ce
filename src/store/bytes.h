#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

// Little-endian numbers and raw bytes in the store's binary formats. Pure functions.
namespace goldsmith::store {

static_assert(std::endian::native == std::endian::little, "the formats are written in host order");

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline void append_bytes(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

inline void append_text(Bytes& to, std::string_view text) {
    append_bytes(to, std::as_bytes(std::span(text.data(), text.size())));
}

template <std::unsigned_integral Number>
void append_number(Bytes& to, Number value) {
    append_bytes(to, std::as_bytes(std::span(&value, 1)));
}

inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads a format from front to back. Asking for more than is left answers zeros or an empty view
// and makes failed() true for good, so that a decoder checks once at its end.
class ByteCursor {
public:
    explicit ByteCursor(ByteView bytes) : rest_(bytes) {}

    bool failed() const { return failed_; }
    std::size_t left() const { return rest_.size(); }

    ByteView take(std::size_t count) {
        if (count > rest_.size()) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const ByteView taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    template <std::unsigned_integral Number>
    Number number() {
        Number value = 0;
        const ByteView taken = take(sizeof value);
        if (!taken.empty()) {
            std::memcpy(&value, taken.data(), sizeof value);
        }
        return value;
    }

private:
    ByteView rest_;
    bool failed_ = false;
};

}  // namespace goldsmith::store
