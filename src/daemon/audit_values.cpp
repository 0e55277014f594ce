#include "daemon/audit_values.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <string>

#include "base/encoding.h"
#include "http/json_text.h"

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

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `name` is in lower case.
bool is_secret(std::string_view name) {
    const bool secret = std::ranges::any_of(secret_words, [&](std::string_view word) {
        return name.find(word) != std::string_view::npos;
    });
    return secret && std::ranges::none_of(public_endings, [&](std::string_view ending) {
               return name.ends_with(ending);
           });
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
void append_readable(std::string& out, std::string_view text) {
    if (base::is_utf8(text)) {
        return http::append_json_string(out, text);
    }
    std::string ascii(text);
    std::ranges::replace_if(
        ascii, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    http::append_json_string(out, ascii);
}

// Writes until the bound is passed.
class Writer {
public:
    explicit Writer(std::string& text) : text_(text), begin_(text.size()) {}

    void value(const json::value& value, int depth = 0) {
        if (const auto* text = value.if_string()) {
            string(*text);
        } else if (depth > most_levels && (value.is_object() || value.is_array())) {
            string("...");
        } else if (const auto* members = value.if_object()) {
            object(*members, depth);
        } else if (const auto* items = value.if_array()) {
            array(*items, depth);
        } else {
            http::append_json_text(text_, value);
        }
    }

    void object(const json::object& members, int depth = 0) {
        char separator = '{';
        for (const auto& [name, member] : members) {
            if (full()) {
                return;
            }
            text_ += separator;
            separator = ',';
            append_readable(text_, name);
            text_ += ':';
            if (names_a_secret(name) && !member.is_null()) {
                string(masked);
            } else {
                value(member, depth + 1);
            }
        }
        text_ += members.empty() ? "{}" : "}";
    }

    /// What was written is replaced when it is more than may be.
    void finish() {
        if (full()) {
            text_.resize(begin_);
            text_ += R"({"omitted":"more than )" + std::to_string(most_bytes / 1024) +
                     R"( KiB of parameters"})";
        }
    }

private:
    bool full() const { return text_.size() - begin_ > most_bytes; }

    void array(const json::array& items, int depth) {
        char separator = '[';
        for (const auto& item : items) {
            if (full()) {
                return;
            }
            text_ += separator;
            separator = ',';
            value(item, depth + 1);
        }
        text_ += items.empty() ? "[]" : "]";
    }

    void string(std::string_view given) {
        if (given.size() > longest_text) {
            append_readable(text_, abbreviated(given));
        } else {
            append_readable(text_, given);
        }
    }

    std::string& text_;
    const std::size_t begin_;
};

}  // namespace

bool names_a_secret(std::string_view member) {
    // Two names for each call: without asking for memory where they are as short as names are.
    std::array<char, 64> some{};
    if (member.size() <= some.size()) {
        std::ranges::transform(member, some.begin(), lower);
        return is_secret({some.data(), member.size()});
    }
    std::string name(member);
    std::ranges::transform(name, name.begin(), lower);
    return is_secret(name);
}

void append_audit_value(std::string& text, const json::value& value) {
    Writer writer(text);
    writer.value(value);
    writer.finish();
}

void append_audit_value(std::string& text, const json::object& members) {
    Writer writer(text);
    writer.object(members);
    writer.finish();
}

}  // namespace goldsmith::daemon
