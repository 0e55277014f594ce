#include "store/log_format.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/hash.h"

namespace goldsmith::store {

namespace json = boost::json;

namespace {

// NAME_MAX is 255, and a suffix and temporary names must fit too.
constexpr std::size_t kLongestName = 180;
constexpr std::size_t kKeptOfLongName = 100;

// The object in a text, if that is all it holds.
std::optional<json::object> parse_object(std::string_view text) {
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) {
        return std::nullopt;
    }
    return std::move(value.as_object());
}

std::optional<std::int64_t> number_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
    return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::string> text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::nullopt : std::optional(std::string(*text));
}

// What a build step prints is whatever it prints; JSON and the API are UTF-8.
std::string valid_utf8(std::string_view text) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    std::string valid;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length <= 4 && length <= text.size() && !base::is_utf8(text.substr(0, length))) {
            ++length;
        }
        const bool whole = length <= 4 && length <= text.size();
        valid += whole ? text.substr(0, length) : kReplacement;
        text.remove_prefix(whole ? length : 1);
    }
    return valid;
}

std::string json_text(std::string_view text) {
    return json::serialize(
        json::string(base::is_utf8(text) ? std::string(text) : valid_utf8(text)));
}

}  // namespace

std::string encode_header_line(const LogStreamHeader& header) {
    return "{\"stream\":" + json_text(header.name) +
           ",\"created_ms\":" + std::to_string(header.created_ms) + "}\n";
}

std::optional<LogStreamHeader> parse_header_line(std::string_view line) {
    const auto object = parse_object(line);
    if (!object) {
        return std::nullopt;
    }
    auto name = text_in(*object, "stream");
    const auto created = number_in(*object, "created_ms");
    if (!name || !created) {
        return std::nullopt;
    }
    return LogStreamHeader{*std::move(name), *created};
}

std::string encode_event_line(const LogEvent& event) {
    return "{\"t\":" + std::to_string(event.timestamp_ms) +
           ",\"i\":" + std::to_string(event.ingested_ms) + ",\"m\":" + json_text(event.message) +
           "}\n";
}

std::optional<LogEvent> parse_event_line(std::string_view line) {
    const auto object = parse_object(line);
    if (!object) {
        return std::nullopt;
    }
    const auto time = number_in(*object, "t");
    const auto ingested = number_in(*object, "i");
    auto message = text_in(*object, "m");
    if (!time || !ingested || !message) {
        return std::nullopt;
    }
    return LogEvent{
        .timestamp_ms = *time, .message = *std::move(message), .ingested_ms = *ingested};
}

std::string encode_group(const LogGroupInfo& group) {
    std::string text = "{\"name\":" + json_text(group.name) +
                       ",\"created_ms\":" + std::to_string(group.created_ms);
    if (group.retention_days) {
        text += ",\"retention_days\":" + std::to_string(*group.retention_days);
    }
    return text + "}\n";
}

std::optional<LogGroupInfo> parse_group(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) {
        return std::nullopt;
    }
    auto name = text_in(*object, "name");
    const auto created = number_in(*object, "created_ms");
    if (!name || !created) {
        return std::nullopt;
    }
    LogGroupInfo group{.name = *std::move(name), .created_ms = *created};
    if (const auto days = number_in(*object, "retention_days")) {
        group.retention_days = static_cast<int>(*days);
    }
    return group;
}

std::string encoded_log_name(std::string_view name) {
    std::string encoded = base::percent_encode(name);
    if (encoded.starts_with('.')) {
        encoded.replace(0, 1, "%2E");  // no ".", no "..", nothing hidden
    }
    if (encoded.size() > kLongestName) {
        encoded.resize(kKeptOfLongName);
        encoded += "%~" + base::sha256_hex(name).substr(0, 32);
    }
    return encoded;
}

}  // namespace goldsmith::store
