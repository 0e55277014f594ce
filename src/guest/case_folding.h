// Simple Unicode case folding of one code point. Pure.
#pragma once

namespace goldsmith::guest {

/// The code point itself when it has no other case.
char32_t fold_case(char32_t code);

}  // namespace goldsmith::guest
