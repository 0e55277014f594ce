#include "api/scalar.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "api/shown_text.h"
#include "base/clock.h"
#include "base/encoding.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

constexpr double first_second = -62135596800.0;  // year 1
constexpr double last_second = 253402300799.0;   // year 9999

template <class Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (text.empty() || result.ec != std::errc{} || result.ptr != end) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::int64_t> integer_from(const json::value& tree, Spelling spelling) {
    if (spelling == Spelling::text) {
        return tree.is_string() ? number_from<std::int64_t>(tree.get_string()) : std::nullopt;
    }
    json::error_code problem;
    const auto number = tree.is_number() ? tree.to_number<std::int64_t>(problem) : 0;
    return !tree.is_number() || problem ? std::nullopt : std::optional(number);
}

std::optional<double> double_from(const json::value& tree, Spelling spelling) {
    std::optional<double> number;
    if (spelling == Spelling::text) {
        number = tree.is_string() ? number_from<double>(tree.get_string()) : std::nullopt;
    } else if (tree.is_number()) {
        number = tree.to_number<double>();
    }
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<json::value> decode_integer(const Shape& shape, const json::value& tree,
                                          Spelling spelling) {
    const auto number = integer_from(tree, spelling);
    if (!number) {
        return std::nullopt;
    }
    using Limits = std::numeric_limits<std::int32_t>;
    if (shape.kind == Kind::integer && (*number < Limits::min() || *number > Limits::max())) {
        return std::nullopt;
    }
    return json::value(*number);
}

std::optional<json::value> decode_boolean(const json::value& tree, Spelling spelling) {
    if (spelling == Spelling::json) {
        return tree.is_bool() ? std::optional(tree) : std::nullopt;
    }
    const auto* text = tree.if_string();
    if (text == nullptr || (*text != "true" && *text != "false")) {
        return std::nullopt;
    }
    return json::value(*text == "true");
}

std::optional<base::Time> time_from(const Shape& shape, const json::value& tree,
                                    Spelling spelling) {
    if (shape.time_format == TimeFormat::iso8601 ||
        (spelling == Spelling::json && tree.is_string())) {
        return tree.is_string() ? base::parse_iso8601(tree.get_string()) : std::nullopt;
    }
    auto seconds = double_from(tree, spelling);
    if (seconds && shape.time_format == TimeFormat::epoch_milliseconds) {
        *seconds /= 1000.0;
    }
    if (!seconds || *seconds < first_second || *seconds > last_second) {
        return std::nullopt;
    }
    return base::Time(std::chrono::milliseconds(std::llround(*seconds * 1000.0)));
}

std::optional<json::value> decode_string(const json::value& tree) {
    const auto* text = tree.if_string();
    if (text == nullptr || !base::is_utf8(*text)) {
        return std::nullopt;
    }
    return tree;
}

}  // namespace

std::optional<json::value> decode_scalar(const Shape& shape, const json::value& tree,
                                         Spelling spelling) {
    switch (shape.kind) {
        case Kind::integer:
        case Kind::long_integer:
            return decode_integer(shape, tree, spelling);
        case Kind::floating: {
            const auto number = double_from(tree, spelling);
            return number ? std::optional(json::value(*number)) : std::nullopt;
        }
        case Kind::boolean:
            return decode_boolean(tree, spelling);
        case Kind::timestamp: {
            const auto time = time_from(shape, tree, spelling);
            return time ? std::optional(json::value(base::format_iso8601(*time))) : std::nullopt;
        }
        case Kind::string:
        case Kind::enumeration:
        case Kind::blob:
            return decode_string(tree);
        case Kind::list:
        case Kind::map:
        case Kind::structure:
            break;
    }
    return std::nullopt;
}

std::string wanted_kind(const Shape& shape) {
    switch (shape.kind) {
        case Kind::integer:
        case Kind::long_integer:
            return "an integer";
        case Kind::floating:
            return "a number";
        case Kind::boolean:
            return "true or false";
        case Kind::timestamp:
            return shape.time_format == TimeFormat::iso8601
                       ? "a time such as 2023-03-10T01:04:40.609Z"
                       : "a time as a number since the epoch";
        case Kind::string:
        case Kind::enumeration:
        case Kind::blob:
            return "a string";
        case Kind::list:
            return "a list";
        case Kind::map:
        case Kind::structure:
            return "an object";
    }
    return "a value";
}

std::string shown_value(const json::value& tree) {
    if (tree.is_object() || tree.is_array()) {
        return {};
    }
    return shown_text(tree.is_string() ? std::string(tree.get_string()) : json::serialize(tree));
}

}  // namespace goldsmith::api
