#include "api/shown_text.h"

#include "base/encoding.h"

namespace goldsmith::api {

namespace {

constexpr std::size_t shown_bytes = 120;
constexpr unsigned char first_printable = 0x20;
constexpr unsigned char rubout = 0x7f;

bool is_within_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string shown_text(std::string_view text) {
    if (!base::is_utf8(text)) {
        return {};
    }
    std::string shown;
    for (const char c : text) {
        if (shown.size() >= shown_bytes && !is_within_character(c)) {
            return shown + "...";
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte < first_printable || byte == rubout) {
            shown += "\\x" + base::hex_encode(std::string_view(&c, 1));
        } else {
            shown += c;
        }
    }
    return shown;
}

}  // namespace goldsmith::api
