#include "guest/running_line.h"

#include <cstdio>

#include "base/utf8.h"

namespace goldsmith::guest {

std::string duration_text(std::chrono::milliseconds duration) {
    char text[48];
    if (duration < std::chrono::minutes(1)) {
        std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(duration.count()) / 1000.0);
    } else {
        const long long seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
        std::snprintf(text, sizeof text, "%lld min %02lld s", seconds / 60, seconds % 60);
    }
    return text;
}

std::string printable(std::string_view text, std::size_t columns) {
    std::string result;
    for (std::size_t used = 0; !text.empty() && used < columns; ++used) {
        const std::size_t length = base::utf8_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        // C1 control characters are C2 80 to C2 9F in UTF-8.
        const bool control = first < 0x20 || first == 0x7F ||
                             (first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
        if (length == 0) {
            result += '?';
        } else if (control) {
            result += ' ';
        } else {
            result += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::string running_line(std::string_view step, std::string_view action,
                         std::chrono::milliseconds elapsed, std::string_view last_line,
                         std::size_t columns) {
    std::string line =
        "    " + std::string(step) + " (" + std::string(action) + ") " + duration_text(elapsed);
    if (!last_line.empty()) {
        line.append(" | ").append(last_line);
    }
    return printable(line, columns);
}

}  // namespace goldsmith::guest
