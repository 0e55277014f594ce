// UTF-8 to and from UTF-16 and UTF-32 in both byte orders.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::guest {

/// `encoding` as in the component language ("utf8", "UTF-16-LE", ...; "" is UTF-8). No byte order
/// mark is written. Throws StepFailure for text that is not UTF-8.
std::string encode_text(std::string_view utf8, std::string_view encoding);

/// Drops a byte order mark. Throws StepFailure for bytes that are not in the encoding.
std::string decode_text(std::string_view bytes, std::string_view encoding);

}  // namespace goldsmith::guest
