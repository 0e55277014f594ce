#include "http/xml_writer.h"

#include "base/utf8.h"

#include <boost/json.hpp>

#include <array>
#include <charconv>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

// U+FFFE and U+FFFF are UTF-8 but not XML.
bool is_noncharacter(std::string_view sequence) {
    return sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF";
}

// What an ASCII character is written as.
void append_ascii(std::string& out, char c) {
    switch (c) {
        case '&':
            out += "&amp;";
            return;
        case '<':
            out += "&lt;";
            return;
        case '>':
            out += "&gt;";
            return;
        case '"':
            out += "&quot;";
            return;
        case '\r':  // a parser would turn it into a line feed
            out += "&#xD;";
            return;
        case '\t':
        case '\n':
            out += c;
            return;
        default:
            if (static_cast<unsigned char>(c) < 0x20U) {
                out += base::replacement_character;
            } else {
                out += c;
            }
    }
}

void append_number(std::string& out, double number) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), end.ptr);
}

void append_scalar(std::string& out, const json::value& value) {
    if (const auto* text = value.if_string()) {
        append_xml_text(out, *text);
    } else if (const auto* flag = value.if_bool()) {
        out += *flag ? "true" : "false";
    } else if (const auto* integer = value.if_int64()) {
        out += std::to_string(*integer);
    } else if (const auto* natural = value.if_uint64()) {
        out += std::to_string(*natural);
    } else if (const auto* number = value.if_double()) {
        append_number(out, *number);
    }
}

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.front()) < 0x80U) {
            append_ascii(out, text.front());
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = base::utf8_length(text);
        const auto sequence = text.substr(0, length == 0 ? 1 : length);
        out += length == 0 || is_noncharacter(sequence) ? base::replacement_character : sequence;
        text.remove_prefix(sequence.size());
    }
}

void append_xml_element(std::string& out, std::string_view name, const json::value& value) {
    if (value.is_null()) {
        return;
    }
    if (const auto* items = value.if_array()) {
        for (const auto& item : *items) {
            append_xml_element(out, name, item);
        }
        return;
    }
    out.append("<").append(name).append(">");
    if (const auto* members = value.if_object()) {
        append_xml_members(out, *members);
    } else {
        append_scalar(out, value);
    }
    out.append("</").append(name).append(">");
}

void append_xml_members(std::string& out, const json::object& members) {
    for (const auto& member : members) {
        append_xml_element(out, member.key(), member.value());
    }
}

}  // namespace goldsmith::http
