// The text of one line of a terminal that shows what is running. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace goldsmith::guest {

/// "12.3 s", "4 min 05 s".
std::string duration_text(std::chrono::milliseconds duration);

/// The text without control characters (which would move the cursor or worse) and not longer than
/// `columns` code points; bytes that are not UTF-8 become '?'.
std::string printable(std::string_view text, std::size_t columns);

/// "    Name (Action) 12.3 s | last line of output", cut to `columns`.
std::string running_line(std::string_view step, std::string_view action,
                         std::chrono::milliseconds elapsed, std::string_view last_line,
                         std::size_t columns);

}  // namespace goldsmith::guest
