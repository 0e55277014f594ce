#pragma once

#include "base/json_scalars.h"

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace goldsmith::http {

struct JsonProblem {
    std::string message;  // names line and column
};

// Reads one JSON text. At most 64 levels deep; integers that fit no 64-bit type become doubles.
std::variant<boost::json::value, JsonProblem> parse_json(std::string_view text);

// Compact JSON. Broken UTF-8 in strings becomes U+FFFD, because log output is whatever programs
// printed; doubles are written in their shortest form, infinities and NaN as null.
std::string json_text(const boost::json::value& value);
// The same, behind what `out` holds.
void append_json_text(std::string& out, const boost::json::value& value);
using base::append_json_string;

}  // namespace goldsmith::http
