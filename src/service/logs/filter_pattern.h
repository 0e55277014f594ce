// The filter patterns of FilterLogEvents, in the part that text logs need: words and quoted phrases
// that must all occur, `-word` that must not, `?word` of which one must occur. Patterns for JSON
// ({ ... }) and columns ([ ... ]) are refused. Case-sensitive. Immutable, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::service::logs {

class FilterPattern {
public:
    /// Nothing when the pattern is malformed or of a kind that is refused.
    static std::optional<FilterPattern> parse(std::string_view text);
    bool matches(std::string_view message) const;

private:
    std::vector<std::string> all_;
    std::vector<std::string> none_;
    std::vector<std::string> any_;
};

}  // namespace goldsmith::service::logs
