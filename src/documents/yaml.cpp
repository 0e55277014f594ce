#include "documents/yaml.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace goldsmith::documents {

const YamlNode* YamlNode::find(std::string_view key) const {
    auto found = std::ranges::find(entries, key, &YamlEntry::key);
    return found == entries.end() ? nullptr : &found->value;
}

std::string_view YamlNode::kind_name() const {
    switch (kind) {
        case Kind::null:
            return "null";
        case Kind::scalar:
            return "a string";
        case Kind::sequence:
            return "a list";
        case Kind::mapping:
            return "a map";
    }
    return "nothing";
}

std::optional<bool> yaml_bool(const YamlNode& node) {
    if (!node.is_scalar()) {
        return std::nullopt;
    }
    std::string lower = node.text;
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (lower == "true" || lower == "yes" || lower == "on") {
        return true;
    }
    if (lower == "false" || lower == "no" || lower == "off") {
        return false;
    }
    return std::nullopt;
}

std::optional<std::int64_t> yaml_int(const YamlNode& node) {
    if (!node.is_scalar()) {
        return std::nullopt;
    }
    std::string_view digits = node.text;
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) {
        digits.remove_prefix(1);
    }
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0o")) {
        base = digits[1] == 'x' ? 16 : 8;
        digits.remove_prefix(2);
    }
    // from_chars would take a second sign here.
    if (digits.empty() || digits.front() == '-') {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return negative ? -value : value;
}

}  // namespace goldsmith::documents
