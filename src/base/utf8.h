#pragma once

#include <string>
#include <string_view>

namespace goldsmith::base {

// The length in bytes of the well-formed UTF-8 sequence at the beginning of `text`; 0 when there is
// none there.
std::size_t utf8_length(std::string_view text);

// What stands for bytes that are not text: U+FFFD.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

}  // namespace goldsmith::base
