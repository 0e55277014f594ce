#include "api/json_members.h"

#include <exception>
#include <limits>

#include "base/error.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

[[noreturn]] void throw_wrong_kind(const char* wanted, const json::value& found) {
    throw base::Error(std::string("expected ") + wanted + ", found " +
                      std::string(json::to_string(found.kind())));
}

template <class Number>
Number integer_of(const json::value& tree) {
    json::error_code problem;
    const auto number = tree.to_number<Number>(problem);
    if (problem) {
        throw_wrong_kind("an integer", tree);
    }
    return number;
}

}  // namespace

json::value tree_of(const std::string& value) {
    return json::value(value);
}
json::value tree_of(bool value) {
    return json::value(value);
}
json::value tree_of(std::int32_t value) {
    return json::value(value);
}
json::value tree_of(std::int64_t value) {
    return json::value(value);
}
json::value tree_of(double value) {
    return json::value(value);
}
json::value tree_of(base::Time value) {
    return json::value(base::format_iso8601(value));
}

void read_tree(const json::value& tree, std::string& value) {
    const auto* text = tree.if_string();
    if (text == nullptr) {
        throw_wrong_kind("a string", tree);
    }
    value.assign(text->data(), text->size());
}

void read_tree(const json::value& tree, bool& value) {
    const auto* flag = tree.if_bool();
    if (flag == nullptr) {
        throw_wrong_kind("a boolean", tree);
    }
    value = *flag;
}

void read_tree(const json::value& tree, std::int32_t& value) {
    value = integer_of<std::int32_t>(tree);
}

void read_tree(const json::value& tree, std::int64_t& value) {
    value = integer_of<std::int64_t>(tree);
}

void read_tree(const json::value& tree, double& value) {
    if (!tree.is_number()) {
        throw_wrong_kind("a number", tree);
    }
    value = tree.to_number<double>();
}

void read_tree(const json::value& tree, base::Time& value) {
    std::string text;
    read_tree(tree, text);
    const auto time = base::parse_iso8601(text);
    if (!time) {
        throw base::Error("expected a time such as 2023-03-10T01:04:40.609Z, found '" + text + "'");
    }
    value = *time;
}

const json::object& object_of(const json::value& tree) {
    const auto* object = tree.if_object();
    if (object == nullptr) {
        throw_wrong_kind("an object", tree);
    }
    return *object;
}

const json::array& array_of(const json::value& tree) {
    const auto* array = tree.if_array();
    if (array == nullptr) {
        throw_wrong_kind("an array", tree);
    }
    return *array;
}

void throw_unknown_value(std::string_view text) {
    throw base::Error("'" + std::string(text) + "' is not a value of this enumeration");
}

void throw_missing_member(std::string_view name) {
    throw base::Error("member " + std::string(name) + " is missing");
}

void rethrow_in_member(std::string_view name) {
    base::throw_with_context("member " + std::string(name));
}

}  // namespace goldsmith::api
