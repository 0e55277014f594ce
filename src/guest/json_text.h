// Writes Boost.JSON values with line breaks and indentation, which Boost itself does not.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace goldsmith::guest {

/// Four blanks per level, "key": value, a final line break.
std::string pretty_json(const boost::json::value& value);

}  // namespace goldsmith::guest
