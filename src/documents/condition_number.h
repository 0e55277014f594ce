// Decimal numbers of the condition language, compared exactly: no detour through floating point,
// which would call 0.1 and 0.10000000000000001 the same.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::documents {

struct Decimal {
    bool negative = false;
    std::string whole;     ///< digits without leading zeros; empty is zero
    std::string fraction;  ///< digits without trailing zeros

    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }
};

/// A text such as "1", "-3.50", "+2". With `plain` (YAML wrote it without quotes) also YAML's other
/// spellings: "1e3", ".5", "1.", "0x1F". Nothing when it is no number.
std::optional<Decimal> parse_decimal(std::string_view text, bool plain);

}  // namespace goldsmith::documents
