// Writes Boost.JSON values with line breaks and indentation, which Boost itself does not.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace goldsmith::guest {

/// Four blanks per level, "key": value, a final line break.
std::string pretty_json(const boost::json::value& value);

/// JSON must be UTF-8; output of commands need not be: U+FFFD for each byte that is not.
std::string utf8_text(std::string_view text);

}  // namespace goldsmith::guest
