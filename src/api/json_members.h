// How generated structs become members of a canonical JSON tree and back. Used by generated code;
// `read<T>` by everybody who keeps structs as JSON. The canonical tree has the model's member
// names, times as ISO-8601 text and absent members left out. Readers ignore members they do not
// know and throw base::Error on a wrong type; requests are validated before they get here, so that
// this only happens to damaged stored trees.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace goldsmith::api {

boost::json::value tree_of(const std::string& value);
boost::json::value tree_of(bool value);
boost::json::value tree_of(std::int32_t value);
boost::json::value tree_of(std::int64_t value);
boost::json::value tree_of(double value);
boost::json::value tree_of(base::Time value);

void read_tree(const boost::json::value& tree, std::string& value);
void read_tree(const boost::json::value& tree, bool& value);
void read_tree(const boost::json::value& tree, std::int32_t& value);
void read_tree(const boost::json::value& tree, std::int64_t& value);
void read_tree(const boost::json::value& tree, double& value);
void read_tree(const boost::json::value& tree, base::Time& value);
const boost::json::object& object_of(const boost::json::value& tree);
const boost::json::array& array_of(const boost::json::value& tree);
[[noreturn]] void throw_unknown_value(std::string_view text);
[[noreturn]] void throw_missing_member(std::string_view name);
/// Rethrows the exception being handled with "member <name>" as its context.
[[noreturn]] void rethrow_in_member(std::string_view name);

template <class Item>
boost::json::value tree_of(const std::vector<Item>& items);
template <class Item>
boost::json::value tree_of(const std::map<std::string, Item>& items);
template <class Item>
void read_tree(const boost::json::value& tree, std::vector<Item>& items);
template <class Item>
void read_tree(const boost::json::value& tree, std::map<std::string, Item>& items);

template <class Enum>
requires std::is_enum_v<Enum> boost::json::value tree_of(Enum value) {
    return boost::json::value(to_string(value));
}

template <class Struct>
requires requires(const Struct& value) {
    to_json(value);
}
boost::json::value tree_of(const Struct& value) {
    return to_json(value);
}

template <class Item>
boost::json::value tree_of(const std::vector<Item>& items) {
    boost::json::array tree;
    tree.reserve(items.size());
    for (const auto& item : items) {
        tree.push_back(tree_of(item));
    }
    return tree;
}

template <class Item>
boost::json::value tree_of(const std::map<std::string, Item>& items) {
    boost::json::object tree;
    for (const auto& [key, item] : items) {
        tree[key] = tree_of(item);
    }
    return tree;
}

template <class Enum>
requires std::is_enum_v<Enum>
void read_tree(const boost::json::value& tree, Enum& value) {
    std::string text;
    read_tree(tree, text);
    if (!from_string(text, value)) {
        throw_unknown_value(text);
    }
}

template <class Struct>
requires requires(const boost::json::object& tree, Struct& value) {
    from_json(tree, value);
}
void read_tree(const boost::json::value& tree, Struct& value) {
    from_json(object_of(tree), value);
}

template <class Item>
void read_tree(const boost::json::value& tree, std::vector<Item>& items) {
    for (const auto& item : array_of(tree)) {
        read_tree(item, items.emplace_back());
    }
}

template <class Item>
void read_tree(const boost::json::value& tree, std::map<std::string, Item>& items) {
    for (const auto& item : object_of(tree)) {
        read_tree(item.value(), items[std::string(item.key())]);
    }
}

template <class Value>
void write_member(boost::json::object& tree, std::string_view name, const Value& value) {
    tree[name] = tree_of(value);
}

template <class Value>
void write_member(boost::json::object& tree, std::string_view name,
                  const std::optional<Value>& value) {
    if (value) {
        tree[name] = tree_of(*value);
    }
}

template <class Value>
bool read_if_present(const boost::json::object& tree, std::string_view name, Value& value) {
    const auto* found = tree.if_contains(name);
    if (found == nullptr || found->is_null()) {
        return false;
    }
    try {
        read_tree(*found, value);
    } catch (...) {
        rethrow_in_member(name);
    }
    return true;
}

template <class Value>
void read_member(const boost::json::object& tree, std::string_view name,
                 std::optional<Value>& value) {
    Value read{};
    if (read_if_present(tree, name, read)) {
        value = std::move(read);
    } else {
        value.reset();
    }
}

template <class Value>
void require_member(const boost::json::object& tree, std::string_view name, Value& value) {
    value = Value{};
    if (!read_if_present(tree, name, value)) {
        throw_missing_member(name);
    }
}

/// The struct a canonical tree holds: `read<ImageRecipe>(boost::json::parse(text))`.
template <class Struct>
Struct read(const boost::json::value& tree) {
    Struct value{};
    read_tree(tree, value);
    return value;
}

}  // namespace goldsmith::api
