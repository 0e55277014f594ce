#include "policy/operators.h"

#include <algorithm>
#include <charconv>
#include <compare>

#include "base/clock.h"
#include "base/encoding.h"
#include "policy/ip_range.h"

namespace goldsmith::policy {
namespace {

std::string no_problem(const std::string&) {
    return {};
}

Match as_match(bool yes) {
    return yes ? Match::yes : Match::no;
}

Match same_text(const Pattern& wanted, const std::string& present, const Context& context) {
    return wanted.matches(present, context);
}

Match same_text_ignoring_case(const Pattern& wanted, const std::string& present,
                              const Context& context) {
    return wanted.matches(present, context, true);
}

Match same_arn(const Pattern& wanted, const std::string& present, const Context& context) {
    return wanted.matches_arn(present, context);
}

/// Compares what `parse` makes of both; nothing that does not parse matches.
template <auto parse, auto holds>
Match compare_parsed(const Pattern& wanted, const std::string& present, const Context& context) {
    const auto text = wanted.value(context);
    if (!text) {
        return Match::unresolved;
    }
    const auto left = parse(present);
    const auto right = parse(*text);
    return as_match(left && right && holds(*left, *right));
}

std::optional<double> number_of(const std::string& text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

/// ISO-8601 with or without a time of day, or seconds since the epoch.
std::optional<base::Time> date_of(const std::string& text) {
    if (const auto time = base::parse_iso8601(text)) {
        return time;
    }
    if (const auto day = base::parse_iso8601(text + "T00:00:00Z")) {
        return day;
    }
    constexpr double furthest_seconds = 253402300799;  // the year 9999
    const auto seconds = number_of(text);
    if (!seconds || *seconds < -furthest_seconds || *seconds > furthest_seconds) {
        return std::nullopt;
    }
    return base::Time(std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000)));
}

std::optional<bool> boolean_of(const std::string& text) {
    const auto lower = lower_case(text);
    return lower == "true"    ? std::optional(true)
           : lower == "false" ? std::optional(false)
                              : std::nullopt;
}

std::optional<std::string> bytes_of(const std::string& text) {
    return base::base64_decode(text);
}

template <auto parse>
std::string must_parse(const std::string& value, const char* what) {
    return parse(value) ? std::string() : "'" + value + "' is no " + what;
}
std::string number_problem(const std::string& value) {
    return must_parse<number_of>(value, "number");
}
std::string date_problem(const std::string& value) {
    return must_parse<date_of>(value, "date in ISO-8601 form");
}
std::string boolean_problem(const std::string& value) {
    return must_parse<boolean_of>(value, "truth value: say \"true\" or \"false\"");
}
std::string bytes_problem(const std::string& value) {
    return must_parse<bytes_of>(value, "base64");
}
std::string range_problem(const std::string& value) {
    return must_parse<IpRange::parse>(value, "address or CIDR range");
}

constexpr auto equal = [](const auto& left, const auto& right) { return left == right; };
constexpr auto less = [](const auto& left, const auto& right) { return left < right; };
constexpr auto less_or_equal = [](const auto& left, const auto& right) { return left <= right; };
constexpr auto greater = [](const auto& left, const auto& right) { return left > right; };
constexpr auto at_least = [](const auto& left, const auto& right) { return left >= right; };

Match in_range(const Pattern& wanted, const std::string& present, const Context& context) {
    const auto text = wanted.value(context);
    if (!text) {
        return Match::unresolved;
    }
    const auto range = IpRange::parse(*text);
    return as_match(range && range->contains(present));
}

template <auto holds>
constexpr auto numeric = compare_parsed<number_of, holds>;
template <auto holds>
constexpr auto date = compare_parsed<date_of, holds>;

constexpr bool plain = false;
constexpr bool negated = true;

constexpr Operator operators[] = {
    {"StringEquals", plain, false, same_text, no_problem},
    {"StringNotEquals", negated, false, same_text, no_problem},
    {"StringEqualsIgnoreCase", plain, false, same_text_ignoring_case, no_problem},
    {"StringNotEqualsIgnoreCase", negated, false, same_text_ignoring_case, no_problem},
    {"StringLike", plain, true, same_text, no_problem},
    {"StringNotLike", negated, true, same_text, no_problem},
    {"NumericEquals", plain, false, numeric<equal>, number_problem},
    {"NumericNotEquals", negated, false, numeric<equal>, number_problem},
    {"NumericLessThan", plain, false, numeric<less>, number_problem},
    {"NumericLessThanEquals", plain, false, numeric<less_or_equal>, number_problem},
    {"NumericGreaterThan", plain, false, numeric<greater>, number_problem},
    {"NumericGreaterThanEquals", plain, false, numeric<at_least>, number_problem},
    {"DateEquals", plain, false, date<equal>, date_problem},
    {"DateNotEquals", negated, false, date<equal>, date_problem},
    {"DateLessThan", plain, false, date<less>, date_problem},
    {"DateLessThanEquals", plain, false, date<less_or_equal>, date_problem},
    {"DateGreaterThan", plain, false, date<greater>, date_problem},
    {"DateGreaterThanEquals", plain, false, date<at_least>, date_problem},
    {"Bool", plain, false, compare_parsed<boolean_of, equal>, boolean_problem},
    {"BinaryEquals", plain, false, compare_parsed<bytes_of, equal>, bytes_problem},
    {"IpAddress", plain, false, in_range, range_problem},
    {"NotIpAddress", negated, false, in_range, range_problem},
    {"ArnEquals", plain, true, same_arn, no_problem},
    {"ArnLike", plain, true, same_arn, no_problem},
    {"ArnNotEquals", negated, true, same_arn, no_problem},
    {"ArnNotLike", negated, true, same_arn, no_problem},
    {"Null", plain, false, nullptr, boolean_problem},
};

}  // namespace

const Operator* find_operator(std::string_view name) {
    const auto* found = std::ranges::find(operators, name, &Operator::name);
    return found == std::end(operators) ? nullptr : found;
}

std::optional<std::string_view> spelling_of(std::string_view name) {
    const auto wanted = lower_case(name);
    for (const Operator& each : operators) {
        if (lower_case(each.name) == wanted) {
            return each.name;
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::policy
