#include "documents/yaml_text.h"

namespace goldsmith::documents {

std::size_t utf8_length(std::string_view text) {
    auto byte = [&text](std::size_t index) -> unsigned {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    auto continues = [&byte](std::size_t index) { return (byte(index) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (text.empty()) {
        return 0;
    }
    if (first < 0x80U) {
        return 1;
    }
    if (first >= 0xC2U && first <= 0xDFU) {
        return continues(1) ? 2 : 0;
    }
    if (first >= 0xE0U && first <= 0xEFU && continues(1) && continues(2)) {
        const bool overlong = first == 0xE0U && byte(1) < 0xA0U;
        const bool surrogate = first == 0xEDU && byte(1) > 0x9FU;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0U && first <= 0xF4U && continues(1) && continues(2) && continues(3)) {
        const bool overlong = first == 0xF0U && byte(1) < 0x90U;
        const bool beyond = first == 0xF4U && byte(1) > 0x8FU;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

void check_yaml_text(std::string_view text, const std::string& file, const YamlLimits& limits) {
    Position position{1, 1};
    std::size_t brackets_in_a_row = 0;
    auto fail = [&](std::string message) {
        throw DocumentErrors({{file, position, std::move(message)}});
    };
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            fail("the file is not valid UTF-8");
        }
        const char c = text.front();
        const auto code = static_cast<unsigned char>(c);
        if ((code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7F) {
            fail("the file holds a control character; it is not a text");
        }
        if (c == '[' || c == '{') {
            if (++brackets_in_a_row > static_cast<std::size_t>(limits.depth)) {
                fail("the document nests deeper than " + std::to_string(limits.depth) + " levels");
            }
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            brackets_in_a_row = 0;
        }
        if (c == '\n') {
            position = {position.line + 1, 1};
        } else {
            ++position.column;
        }
        text.remove_prefix(length);
    }
}

}  // namespace goldsmith::documents
