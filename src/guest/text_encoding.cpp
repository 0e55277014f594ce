#include "guest/text_encoding.h"

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {
namespace {

struct Encoding {
    std::size_t unit_bytes = 1;
    bool big_endian = false;
};

Encoding parse_encoding(std::string_view text) {
    std::string name;
    for (char c : text) {
        if (c != '-') {
            name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    Encoding encoding;
    encoding.big_endian = name.ends_with("be");
    if (name.starts_with("utf16")) {
        encoding.unit_bytes = 2;
    } else if (name.starts_with("utf32")) {
        encoding.unit_bytes = 4;
    } else if (!name.empty() && name != "utf8") {
        throw StepFailure("the encoding '" + std::string(text) + "' is unknown");
    }
    return encoding;
}

void put_unit(std::string& out, char32_t value, const Encoding& encoding) {
    for (std::size_t i = 0; i < encoding.unit_bytes; ++i) {
        const std::size_t byte = encoding.big_endian ? encoding.unit_bytes - 1 - i : i;
        out += static_cast<char>((value >> (8 * byte)) & 0xFFU);
    }
}

char32_t get_unit(std::string_view bytes, const Encoding& encoding) {
    char32_t value = 0;
    for (std::size_t i = 0; i < encoding.unit_bytes; ++i) {
        const std::size_t byte = encoding.big_endian ? i : encoding.unit_bytes - 1 - i;
        value = (value << 8U) | static_cast<unsigned char>(bytes[byte]);
    }
    return value;
}

char32_t decode_utf8(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence[0]);
    char32_t code = sequence.size() == 1 ? first : first & (0xFFU >> (sequence.size() + 1));
    for (char c : sequence.substr(1)) {
        code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return code;
}

void put_utf8(std::string& out, char32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    const int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(lead[tail] | (code >> (6 * tail)));
    for (int i = tail - 1; i >= 0; --i) {
        out += static_cast<char>(0x80U | ((code >> (6 * i)) & 0x3FU));
    }
}

bool is_surrogate(char32_t unit) {
    return unit >= 0xD800 && unit < 0xE000;
}

[[noreturn]] void broken(std::string_view encoding) {
    throw StepFailure("the text is not valid " + std::string(encoding.empty() ? "utf8" : encoding));
}

/// One code point from UTF-16 or UTF-32; `bytes` moves behind it.
char32_t take_code_point(std::string_view& bytes, const Encoding& encoding, std::string_view name) {
    const auto take = [&] {
        if (bytes.size() < encoding.unit_bytes) {
            broken(name);
        }
        const char32_t unit = get_unit(bytes, encoding);
        bytes.remove_prefix(encoding.unit_bytes);
        return unit;
    };
    const char32_t first = take();
    if (encoding.unit_bytes == 2 && first >= 0xD800 && first < 0xDC00) {
        const char32_t second = take();
        if (second < 0xDC00 || second > 0xDFFF) {
            broken(name);
        }
        return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
    }
    if (is_surrogate(first) || first > 0x10FFFF) {
        broken(name);
    }
    return first;
}

}  // namespace

std::string encode_text(std::string_view utf8, std::string_view encoding_name) {
    const Encoding encoding = parse_encoding(encoding_name);
    if (encoding.unit_bytes == 1) {
        return std::string(utf8);
    }
    std::string out;
    while (!utf8.empty()) {
        const std::size_t length = base::utf8_length(utf8);
        if (length == 0) {
            broken("utf8");
        }
        const char32_t code = decode_utf8(utf8.substr(0, length));
        utf8.remove_prefix(length);
        if (encoding.unit_bytes == 2 && code > 0xFFFF) {
            put_unit(out, 0xD800 + ((code - 0x10000) >> 10U), encoding);
            put_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FFU), encoding);
        } else {
            put_unit(out, code, encoding);
        }
    }
    return out;
}

std::string decode_text(std::string_view bytes, std::string_view encoding_name) {
    const Encoding encoding = parse_encoding(encoding_name);
    std::string out;
    if (encoding.unit_bytes == 1) {
        if (bytes.starts_with("\xEF\xBB\xBF")) {
            bytes.remove_prefix(3);
        }
        for (std::string_view rest = bytes; !rest.empty();) {
            const std::size_t length = base::utf8_length(rest);
            if (length == 0) {
                broken("utf8");
            }
            rest.remove_prefix(length);
        }
        return std::string(bytes);
    }
    for (bool first = true; !bytes.empty(); first = false) {
        const char32_t code = take_code_point(bytes, encoding, encoding_name);
        if (!first || code != 0xFEFF) {
            put_utf8(out, code);
        }
    }
    return out;
}

}  // namespace goldsmith::guest
