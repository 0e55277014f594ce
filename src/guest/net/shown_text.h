// What strangers say (servers, names of objects), as one line of a message or a log: control
// characters could forge lines or steer a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::guest {

/// With a blank for each control character, cut to `most` bytes.
std::string shown_text(std::string_view text, std::size_t most = 1024);

}  // namespace goldsmith::guest
