#include "base/byte_size.h"

#include <cstdio>

namespace goldsmith::base {

std::string ByteSize::describe() const {
    constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes_ < 1024) {
        return std::to_string(bytes_) + " B";
    }
    double value = static_cast<double>(bytes_) / 1024;
    std::size_t unit = 0;
    while (value >= 1024 && unit < 3) {
        value /= 1024;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", value, units[unit]);
    return text;
}

}  // namespace goldsmith::base
