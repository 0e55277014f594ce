// Texts of generated enums. Used by generated code, and `parse_enum` by anybody. Pure, thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace goldsmith::api {

template <class Enum, std::size_t count>
std::string_view enum_text(const std::array<std::string_view, count>& texts, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    return index < count ? texts[index] : std::string_view{};
}

template <class Enum, std::size_t count>
bool find_enum(const std::array<std::string_view, count>& texts, std::string_view text,
               Enum& value) {
    for (std::size_t index = 0; index < count; ++index) {
        if (texts[index] == text) {
            value = static_cast<Enum>(index);
            return true;
        }
    }
    return false;
}

/// `parse_enum<Platform>("Linux")`; nothing for a text that names no value.
template <class Enum>
std::optional<Enum> parse_enum(std::string_view text) {
    Enum value{};
    if (!from_string(text, value)) {
        return std::nullopt;
    }
    return value;
}

}  // namespace goldsmith::api
