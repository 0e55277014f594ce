// The regular expressions of the model. Matching takes hostile text: it does not recurse, and it
// gives up (no match) where backtracking would explode. Thread-safe.
#pragma once

#include <string_view>

namespace goldsmith::api {

/// Whether the whole text matches. `pattern` is a constant of the model, compiled once and kept for
/// the life of the program; an invalid one is a base::Error.
bool matches_pattern(const char* pattern, std::string_view text);

}  // namespace goldsmith::api
