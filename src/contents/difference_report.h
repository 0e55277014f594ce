// A difference for people and for programs. Pure.
#pragma once

#include <string>

#include "contents/difference.h"

namespace goldsmith::contents {

/// One line for each thing: "+" added, "-" removed, "~" changed, under a heading for each section.
/// Control characters of names are shown as "?".
std::string as_text(const Difference& difference);

/// A JSON object, docs/formats/image-difference.md.
std::string as_json(const Difference& difference, const std::string& before,
                    const std::string& after);

}  // namespace goldsmith::contents
