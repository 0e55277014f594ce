#include "base/json_scalars.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace goldsmith::base {

namespace {

void append_escape(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    switch (c) {
        case '"':
        case '\\':
            out += '\\';
            out += c;
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
}

bool stands_for_itself(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

constexpr std::uint64_t every_byte(unsigned char value) {
    return 0x0101010101010101U * value;
}

// Whether some byte of the eight is zero (and then perhaps says so of a further one too).
constexpr std::uint64_t zero_bytes(std::uint64_t bytes) {
    return (bytes - every_byte(1)) & ~bytes & every_byte(0x80);
}

// Whether all of eight bytes stand for themselves.
bool all_stand_for_themselves(const char* text) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    const auto beyond = (bytes | (bytes + every_byte(1))) & every_byte(0x80);
    const auto control = (bytes - every_byte(0x20)) & ~bytes & every_byte(0x80);
    return (beyond | control | zero_bytes(bytes ^ every_byte('"')) |
            zero_bytes(bytes ^ every_byte('\\'))) == 0;
}

// How many bytes at the beginning may be copied as they are.
std::size_t plain_size(std::string_view text) {
    std::size_t size = 0;
    while (size + 8 <= text.size() && all_stand_for_themselves(text.data() + size)) {
        size += 8;
    }
    // The last eight bytes once more, rather than the rest of them one by one.
    if (size >= 8 && size + 8 > text.size() &&
        all_stand_for_themselves(text.data() + text.size() - 8)) {
        return text.size();
    }
    while (size < text.size() && stands_for_itself(text[size])) {
        ++size;
    }
    return size;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto plain = plain_size(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20U) {
            append_escape(out, c);
        } else {
            out += length == 0 ? replacement_character : text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void append_json_double(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), end.ptr);
}

}  // namespace goldsmith::base
