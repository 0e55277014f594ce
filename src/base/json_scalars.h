// Strings and numbers as JSON, behind what a text holds already. Used wherever JSON is written
// without a tree: answers, the audit log. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::base {

/// In quotes, with what must be escaped and nothing more. Broken UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// In its shortest form; infinities and NaN, which JSON does not have, as null.
void append_json_double(std::string& out, double number);

}  // namespace goldsmith::base
