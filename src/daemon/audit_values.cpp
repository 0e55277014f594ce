#include "daemon/audit_values.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>

#include "base/encoding.h"

namespace goldsmith::daemon {

namespace json = boost::json;

namespace {

constexpr const char* masked = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::size_t longest_text = 1024;
constexpr std::size_t kept_text = 256;
constexpr std::size_t most_bytes = 64UL * 1024;
constexpr int most_levels = 12;

// Lower case. "secretString" and "secretAccessKey" fall under the first.
constexpr std::array<std::string_view, 9> secret_words = {
    "secret",     "password",      "passphrase", "sessiontoken", "securitytoken",
    "privatekey", "authorization", "credential", "samlassertion"};

// Names of secrets' places rather than of secrets.
constexpr std::array<std::string_view, 4> public_endings = {"arn", "name", "id", "names"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

/// Cuts at a character's beginning, so that the text stays UTF-8.
std::string abbreviated(std::string_view text) {
    std::size_t end = kept_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    return std::string(text.substr(0, end)) + "... (" + std::to_string(text.size()) + " bytes)";
}

// A line that is not UTF-8 or nests deeply could not be read back, and so would hide its call.
std::string readable(std::string_view text) {
    std::string result(text);
    if (!base::is_utf8(text)) {
        std::ranges::replace_if(
            result, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    }
    return result;
}

// Copies until the bound is passed.
class Copy {
public:
    json::value of(const json::value& value, int depth = 0) {
        if (value.is_string()) {
            return text(value.as_string());
        }
        if (depth > most_levels && (value.is_object() || value.is_array())) {
            return text("...");
        }
        if (value.is_object()) {
            json::object result;
            for (const auto& [name, member] : value.as_object()) {
                bytes_ += name.size() + 4;
                if (full()) {
                    break;
                }
                const bool secret = names_a_secret(name) && !member.is_null();
                result[readable(name)] = secret ? json::value(masked) : of(member, depth + 1);
            }
            return result;
        }
        if (value.is_array()) {
            json::array result;
            for (const auto& item : value.as_array()) {
                bytes_ += 1;
                if (full()) {
                    break;
                }
                result.push_back(of(item, depth + 1));
            }
            return result;
        }
        bytes_ += 8;
        return value;
    }

    bool full() const { return bytes_ > most_bytes; }

private:
    json::value text(std::string_view text) {
        auto kept = readable(text.size() > longest_text ? abbreviated(text) : std::string(text));
        bytes_ += kept.size() + 2;
        return json::value(kept);
    }

    std::size_t bytes_ = 0;
};

}  // namespace

bool names_a_secret(std::string_view member) {
    const auto name = lower(member);
    const bool secret = std::ranges::any_of(
        secret_words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
    const bool place = std::ranges::any_of(
        public_endings, [&](std::string_view ending) { return name.ends_with(ending); });
    return secret && !place;
}

json::value audit_value(const json::value& value) {
    Copy copy;
    auto result = copy.of(value);
    if (copy.full()) {
        return json::object{
            {"omitted", "more than " + std::to_string(most_bytes / 1024) + " KiB of parameters"}};
    }
    return result;
}

}  // namespace goldsmith::daemon
