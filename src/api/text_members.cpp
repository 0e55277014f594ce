#include "api/text_members.h"

#include <array>
#include <charconv>

namespace goldsmith::api {

namespace {

template <class Number>
void append_integer(std::string& text, Number number) {
    std::array<char, 24> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    text.append(digits.data(), written.ptr);
}

}  // namespace

void append_text(std::string& text, const std::string& value) {
    base::append_json_string(text, value);
}
void append_text(std::string& text, std::int32_t value) {
    append_integer(text, value);
}
void append_text(std::string& text, std::int64_t value) {
    append_integer(text, value);
}
void append_text(std::string& text, double value) {
    base::append_json_double(text, value);
}
void append_text(std::string& text, base::Time value) {
    base::append_json_string(text, base::format_iso8601(value));
}

}  // namespace goldsmith::api
