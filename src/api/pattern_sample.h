// A text that a pattern of the model accepts. For tests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace goldsmith::api {

/// `repeats`: how often an open-ended part is repeated, within what it allows. Understands the part
/// of the regular expression language that the model uses; throws base::Error beyond it.
std::string sample_of(std::string_view pattern, std::size_t repeats);

}  // namespace goldsmith::api
