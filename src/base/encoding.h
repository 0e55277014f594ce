// Text forms of bytes: hexadecimal, base64 (RFC 4648), percent-encoding (RFC 3986). Decoders take
// hostile input and return nothing when it is malformed. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::base {

/// Lower case.
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);
/// Standard alphabet with padding; no white space.
std::optional<std::string> base64_decode(std::string_view text);

/// Everything but A-Z a-z 0-9 - _ . ~ becomes %XX (and "/" too unless `keep_slash`).
std::string percent_encode(std::string_view text, bool keep_slash = false);
/// "%XX" to bytes; "+" stays "+" unless `plus_is_space`. Nothing on a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace goldsmith::base
