#include "documents/workflow_reading.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "documents/suggestion.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool has_leading_zero(std::string_view text) {
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

json::value plain_value(const std::string& text) {
    if (text == "true" || text == "True" || text == "TRUE") {
        return true;
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return false;
    }
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (auto [at, error] = std::from_chars(text.data(), end, whole);
        error == std::errc{} && at == end && !has_leading_zero(text)) {
        return whole;
    }
    double number = 0;
    if (auto [at, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
        error == std::errc{} && at == end && is_digit(text.back()) && !has_leading_zero(text) &&
        std::isfinite(number)) {
        return number;
    }
    return json::value(text);
}

}  // namespace

json::value json_of(const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            return nullptr;
        case YamlNode::Kind::scalar:
            return node.plain ? plain_value(node.text) : json::value(node.text);
        case YamlNode::Kind::sequence: {
            json::array list;
            for (const auto& item : node.items) {
                list.push_back(json_of(item));
            }
            return list;
        }
        case YamlNode::Kind::mapping: {
            json::object object;
            for (const auto& entry : node.entries) {
                object[entry.key] = json_of(entry.value);
            }
            return object;
        }
    }
    return nullptr;
}

void check_keys(const YamlNode& mapping, std::span<const std::string_view> known,
                const std::string& where, DiagnosticSink& sink) {
    for (const auto& entry : mapping.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            sink.error(entry.key_position, "unknown key '" + entry.key + "' in " + where + "." +
                                               did_you_mean(entry.key, known));
        }
    }
}

std::string text_under(const YamlNode& mapping, std::string_view key, std::size_t max,
                       DiagnosticSink& sink) {
    const YamlNode* node = mapping.find(key);
    if (node == nullptr || node->is_null()) {
        return {};
    }
    if (!node->is_scalar()) {
        sink.error(node->position, "'" + std::string(key) + "' must be a string, not " +
                                       std::string(node->kind_name()));
        return {};
    }
    if (node->text.size() > max) {
        sink.error(node->position, "'" + std::string(key) + "' must not be longer than " +
                                       std::to_string(max) + " characters");
    }
    return node->text;
}

}  // namespace goldsmith::documents
