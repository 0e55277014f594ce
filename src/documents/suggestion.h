// "Did you mean ...?" for misspelled keys, actions and references.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace goldsmith::documents {

/// The candidate that `word` most likely meant (few edits, case ignored), or "" when none is close.
/// The result views into `candidates`.
std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

/// " Did you mean 'x'?" or "": to be appended to a message.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace goldsmith::documents
