#include "guest/net/xml_text.h"

#include <charconv>
#include <cstdint>
#include <utility>

namespace goldsmith::guest {
namespace {

/// The content of the first such element at or after `from`, which moves behind it.
std::optional<std::string_view> next_element(std::string_view xml, std::string_view name,
                                             std::size_t& from) {
    const std::string open = "<" + std::string(name);
    const std::string close = "</" + std::string(name) + ">";
    for (;;) {
        const std::size_t begin = xml.find(open, from);
        if (begin == std::string_view::npos) {
            return std::nullopt;
        }
        const std::size_t after = begin + open.size();
        const std::size_t head_end = xml.find('>', after);
        if (head_end == std::string_view::npos) {
            return std::nullopt;
        }
        from = after;
        const char next = xml[after];
        if (next != '>' && next != ' ' && next != '/' && next != '\n' && next != '\t') {
            continue;  // a longer name
        }
        from = head_end + 1;
        if (xml[head_end - 1] == '/') {
            return std::string_view();
        }
        const std::size_t end = xml.find(close, from);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view content = xml.substr(from, end - from);
        from = end + close.size();
        return content;
    }
}

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | (code >> 18));
        text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// Appends what `name` of "&name;" stands for. False when that is nothing we know.
bool append_entity(std::string& text, std::string_view name) {
    static constexpr std::pair<std::string_view, char> named[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [known, character] : named) {
        if (name == known) {
            text += character;
            return true;
        }
    }
    if (!name.starts_with('#')) {
        return false;
    }
    const bool hexadecimal = name.starts_with("#x") || name.starts_with("#X");
    const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t code = 0;
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || code == 0 ||
        code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return false;
    }
    append_utf8(text, code);
    return true;
}

}  // namespace

std::optional<std::string_view> find_element(std::string_view xml, std::string_view name) {
    std::size_t from = 0;
    return next_element(xml, name, from);
}

std::vector<std::string_view> find_elements(std::string_view xml, std::string_view name) {
    std::vector<std::string_view> found;
    std::size_t from = 0;
    while (const auto element = next_element(xml, name, from)) {
        found.push_back(*element);
    }
    return found;
}

std::string decode_xml_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t mark = text.find('&');
        result.append(text.substr(0, mark));
        if (mark == std::string_view::npos) {
            break;
        }
        text.remove_prefix(mark);
        const std::size_t end = text.find(';');
        if (end != std::string_view::npos && end <= 12 &&
            append_entity(result, text.substr(1, end - 1))) {
            text.remove_prefix(end + 1);
        } else {
            result += '&';
            text.remove_prefix(1);
        }
    }
    return result;
}

std::string element_text(std::string_view xml, std::string_view name) {
    return decode_xml_text(find_element(xml, name).value_or(""));
}

}  // namespace goldsmith::guest
