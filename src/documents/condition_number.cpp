#include "documents/condition_number.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace goldsmith::documents {
namespace {

std::string_view take_digits(std::string_view& text) {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

Decimal normalised(bool negative, std::string whole, std::string fraction) {
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return {negative && !(whole.empty() && fraction.empty()), std::move(whole),
            std::move(fraction)};
}

/// Moves the decimal point `exponent` places to the right.
Decimal shifted(bool negative, std::string whole, std::string fraction, int exponent) {
    for (; exponent > 0; --exponent) {
        whole += fraction.empty() ? '0' : fraction.front();
        fraction.erase(0, 1);
    }
    for (; exponent < 0; ++exponent) {
        fraction.insert(fraction.begin(), whole.empty() ? '0' : whole.back());
        if (!whole.empty()) {
            whole.pop_back();
        }
    }
    return normalised(negative, std::move(whole), std::move(fraction));
}

/// The exponent part of a YAML float ("" is 0), within the range of a double.
std::optional<int> parse_exponent(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    text.remove_prefix(1);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    int exponent = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), exponent);
    const bool whole_text = result.ec == std::errc() && result.ptr == text.data() + text.size();
    return whole_text && exponent >= -308 && exponent <= 308 ? std::optional(exponent)
                                                             : std::nullopt;
}

std::optional<Decimal> parse_based(bool negative, std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (result.ec != std::errc() || result.ptr != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return normalised(negative, std::to_string(value), "");
}

std::strong_ordering compare_magnitude(const Decimal& a, const Decimal& b) {
    if (a.whole.size() != b.whole.size()) {
        return a.whole.size() <=> b.whole.size();
    }
    const auto whole = a.whole <=> b.whole;
    return whole != 0 ? whole : a.fraction <=> b.fraction;
}

}  // namespace

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    if (a.negative != b.negative) {
        return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

std::optional<Decimal> parse_decimal(std::string_view text, bool plain) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (plain && (text.starts_with("0x") || text.starts_with("0o")) && text.size() > 2) {
        return parse_based(negative, text.substr(2), text[1] == 'x' ? 16 : 8);
    }
    const std::string whole(take_digits(text));
    const bool point = text.starts_with('.');
    if (point) {
        text.remove_prefix(1);
    }
    const std::string fraction(take_digits(text));
    const bool strict = !whole.empty() && (!point || !fraction.empty()) && text.empty();
    if (strict) {
        return normalised(negative, whole, fraction);
    }
    const bool exponent_follows = text.empty() || text.front() == 'e' || text.front() == 'E';
    if (!plain || (whole.empty() && fraction.empty()) || !exponent_follows) {
        return std::nullopt;
    }
    const auto exponent = parse_exponent(text);
    return exponent ? std::optional(shifted(negative, whole, fraction, *exponent)) : std::nullopt;
}

}  // namespace goldsmith::documents
