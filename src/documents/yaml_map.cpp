#include "documents/yaml_map.h"

#include <algorithm>
#include <utility>

#include "documents/suggestion.h"

namespace goldsmith::documents {

YamlMap::YamlMap(const YamlNode& node, std::span<const std::string_view> keys, DiagnosticSink& sink,
                 std::string prefix, std::string what)
    : node_(node), sink_(sink), prefix_(std::move(prefix)), what_(std::move(what)) {
    if (!node.is_mapping()) {
        error(node.position, what_ + " must be a map, not " + std::string(node.kind_name()));
        return;
    }
    for (const YamlEntry& entry : node.entries) {
        if (std::ranges::find(keys, entry.key) == keys.end()) {
            error(entry.key_position, "unknown key '" + entry.key + "' in " + what_ + "." +
                                          did_you_mean(entry.key, keys));
        }
    }
}

const YamlNode* YamlMap::find(std::string_view key) const {
    const YamlNode* value = node_.find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const YamlNode* YamlMap::require(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value == nullptr && readable()) {
        error(node_.position, what_ + " needs '" + std::string(key) + "'");
    }
    return value;
}

std::optional<std::string> YamlMap::text(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_scalar()) {
        error(value->position, "'" + std::string(key) + "' of " + what_ +
                                   " must be a string, not " + std::string(value->kind_name()));
        return std::nullopt;
    }
    return value->text;
}

std::optional<std::string> YamlMap::require_text(std::string_view key) const {
    return require(key) == nullptr ? std::nullopt : text(key);
}

std::optional<bool> YamlMap::flag(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    const auto decoded = yaml_bool(*value);
    if (!decoded) {
        error(value->position, "'" + std::string(key) + "' of " + what_ + " must be true or false");
    }
    return decoded;
}

std::optional<std::int64_t> YamlMap::integer(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    const auto decoded = yaml_int(*value);
    if (!decoded) {
        error(value->position,
              "'" + std::string(key) + "' of " + what_ + " must be a whole number");
    }
    return decoded;
}

const YamlNode* YamlMap::list(std::string_view key) const {
    const YamlNode* value = find(key);
    if (value != nullptr && !value->is_sequence()) {
        error(value->position, "'" + std::string(key) + "' of " + what_ + " must be a list, not " +
                                   std::string(value->kind_name()));
        return nullptr;
    }
    return value;
}

void YamlMap::error(Position position, const std::string& detail) const {
    sink_.error(position, prefix_ + detail);
}

}  // namespace goldsmith::documents
