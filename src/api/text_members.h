// How generated structs become the JSON text of an answer, without a tree in between: the text that
// the canonical tree would give (json_members.h), member by member in the order of the model. Used
// by generated code.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/json_scalars.h"

namespace goldsmith::api {

void append_text(std::string& text, const std::string& value);
void append_text(std::string& text, std::same_as<bool> auto value) {
    text.append(value ? "true" : "false");
}
void append_text(std::string& text, std::int32_t value);
void append_text(std::string& text, std::int64_t value);
void append_text(std::string& text, double value);
void append_text(std::string& text, base::Time value);  // as ISO-8601

template <class Item>
void append_text(std::string& text, const std::vector<Item>& items);
template <class Item>
void append_text(std::string& text, const std::map<std::string, Item>& items);

template <class Enum>
requires std::is_enum_v<Enum>
void append_text(std::string& text, Enum value) {
    base::append_json_string(text, to_string(value));
}

template <class Item>
void append_text(std::string& text, const std::vector<Item>& items) {
    char separator = '[';
    for (const auto& item : items) {
        text += separator;
        append_text(text, item);
        separator = ',';
    }
    text.append(items.empty() ? "[]" : "]");
}

template <class Item>
void append_text(std::string& text, const std::map<std::string, Item>& items) {
    char separator = '{';
    for (const auto& [key, item] : items) {
        text += separator;
        base::append_json_string(text, key);
        text += ':';
        append_text(text, item);
        separator = ',';
    }
    text.append(items.empty() ? "{}" : "}");
}

/// Writes the members of one object; close() ends it.
class TextMembers {
public:
    explicit TextMembers(std::string& text) : text_(text) {}

    /// `name` as JSON with its colon: `"arn":`.
    template <class Value>
    void add(std::string_view name, const Value& value) {
        text_ += separator_;
        separator_ = ',';
        text_.append(name);
        append_text(text_, value);
    }
    template <class Value>
    void add(std::string_view name, const std::optional<Value>& value) {
        if (value) {
            add(name, *value);
        }
    }
    void close() { text_.append(separator_ == '{' ? "{}" : "}"); }

private:
    std::string& text_;
    char separator_ = '{';
};

}  // namespace goldsmith::api
