// Text of a request as a message may show it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::api {

/// At most about 120 bytes of it, "..." where more was cut off, control characters as "\x1b". Empty
/// when it is not UTF-8.
std::string shown_text(std::string_view text);

}  // namespace goldsmith::api
