#include "api/canonical.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/hash.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53

void append(std::string& text, const json::value& tree);

void append_number(std::string& text, double number) {
    if (number == std::floor(number) && std::abs(number) <= largest_exact_integer) {
        text += std::to_string(static_cast<std::int64_t>(number));
    } else {
        text += json::serialize(json::value(number));
    }
}

void append_object(std::string& text, const json::object& object) {
    std::vector<std::string_view> names;
    for (const auto& member : object) {
        names.emplace_back(member.key());
    }
    std::sort(names.begin(), names.end());
    const char* separator = "{";
    for (const auto name : names) {
        text += separator;
        text += json::serialize(json::value(name)) + ':';
        append(text, object.at(name));
        separator = ",";
    }
    text += names.empty() ? "{}" : "}";
}

void append_array(std::string& text, const json::array& array) {
    const char* separator = "[";
    for (const auto& item : array) {
        text += separator;
        append(text, item);
        separator = ",";
    }
    text += array.empty() ? "[]" : "]";
}

void append(std::string& text, const json::value& tree) {
    if (const auto* object = tree.if_object()) {
        append_object(text, *object);
    } else if (const auto* array = tree.if_array()) {
        append_array(text, *array);
    } else if (const auto* number = tree.if_double()) {
        append_number(text, *number);
    } else {
        text += json::serialize(tree);
    }
}

}  // namespace

std::string canonical_json(const json::value& tree) {
    std::string text;
    append(text, tree);
    return text;
}

std::string parameters_digest(const json::object& tree,
                              std::initializer_list<std::string_view> without) {
    json::object kept = tree;
    for (const auto name : without) {
        kept.erase(name);
    }
    return base::sha256_hex(canonical_json(kept));
}

}  // namespace goldsmith::api
