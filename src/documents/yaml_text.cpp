#include "documents/yaml_text.h"

#include "base/utf8.h"

namespace goldsmith::documents {

void check_yaml_text(std::string_view text, const std::string& file, const YamlLimits& limits) {
    Position position{1, 1};
    std::size_t brackets_in_a_row = 0;
    auto fail = [&](std::string message) {
        throw DocumentErrors({{file, position, std::move(message)}});
    };
    while (!text.empty()) {
        const std::size_t length = base::utf8_length(text);
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
