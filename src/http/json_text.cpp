#include "http/json_text.h"

#include "http/utf8.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kUsualBytes = 2048;  // of an answer

std::string position(std::string_view text, std::size_t offset) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : text.substr(0, offset)) {
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n' ? 1 : 0;
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

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

void append_double(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), end.ptr);
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
    while (size < text.size() && stands_for_itself(text[size])) {
        ++size;
    }
    return size;
}

void append_value(std::string& out, const json::value& value);

void append_array(std::string& out, const json::array& items) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        out += first ? "" : ",";
        append_value(out, item);
        first = false;
    }
    out += ']';
}

void append_object(std::string& out, const json::object& members) {
    out += '{';
    bool first = true;
    for (const auto& member : members) {
        out += first ? "" : ",";
        append_json_string(out, member.key());
        out += ':';
        append_value(out, member.value());
        first = false;
    }
    out += '}';
}

void append_value(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::object:
            return append_object(out, value.get_object());
        case json::kind::array:
            return append_array(out, value.get_array());
        case json::kind::string:
            return append_json_string(out, value.get_string());
        case json::kind::double_:
            return append_double(out, value.get_double());
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            return;
        case json::kind::uint64:
            out += std::to_string(value.get_uint64());
            return;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case json::kind::null:
            break;
    }
    out += "null";
}

}  // namespace

std::variant<json::value, JsonProblem> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::parser parser({}, options);
    json::error_code error;
    std::size_t read = parser.write_some(text, error);
    if (!error && read < text.size()) {
        error = json::error::extra_data;
    }
    if (error) {
        return JsonProblem{"The request body is not valid JSON: " + error.message() + " at " +
                           position(text, read) + "."};
    }
    return parser.release();
}

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
            out += length == 0 ? kReplacementCharacter : text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void append_json_text(std::string& out, const json::value& value) {
    append_value(out, value);
}

std::string json_text(const json::value& value) {
    std::string out;
    out.reserve(kUsualBytes);
    append_value(out, value);
    return out;
}

}  // namespace goldsmith::http
