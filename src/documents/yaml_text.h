// Checks on the characters of a YAML text before the parser sees it.
#pragma once

#include <string>
#include <string_view>

#include "documents/yaml.h"

namespace goldsmith::documents {

/// Throws DocumentErrors for the first byte that is not UTF-8 or not a printable YAML character,
/// and for flow collections (`[[[[`) beyond the depth limit, on which the scanner would spend
/// quadratic time before its own parser could refuse them.
void check_yaml_text(std::string_view text, const std::string& file, const YamlLimits& limits);

}  // namespace goldsmith::documents
