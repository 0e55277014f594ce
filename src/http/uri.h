#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace goldsmith::http {

// Splits "a=1&b=2" into decoded pairs, in order; empty parts are skipped. A name or value whose
// percent-encoding is broken is taken literally. In forms '+' is a space.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query,
                                                             bool plus_is_space = false);

// Resolves "." and ".." and drops empty segments, on the still encoded path; begins with '/' and
// keeps a final one.
// ".." never leaves the root.
std::string normalised_path(std::string_view raw_path);

// The decoded segments of the normalised path; none for "/".
std::vector<std::string> path_segments(std::string_view raw_path);

}  // namespace goldsmith::http
