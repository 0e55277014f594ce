#include "guest/net/shown_text.h"

#include <algorithm>

namespace goldsmith::guest {

std::string shown_text(std::string_view text, std::size_t most) {
    std::string result(text.substr(0, most));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, ' ');
    return result;
}

}  // namespace goldsmith::guest
