#include "policy/pattern.h"

#include <algorithm>

#include "base/error.h"

namespace goldsmith::policy {
namespace {

constexpr std::uint16_t any_one = 0x100;
constexpr std::uint16_t any_many = 0x101;

unsigned char folded(unsigned char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte - 'A' + 'a') : byte;
}

bool same(std::uint16_t unit, char byte, bool ignore_case) {
    const auto other = static_cast<unsigned char>(byte);
    if (unit > 0xff) {
        return false;
    }
    return ignore_case ? folded(static_cast<unsigned char>(unit)) == folded(other) : unit == other;
}

/// The length of the UTF-8 sequence that begins there; `?` stands for a character, not a byte.
std::size_t character_length(std::string_view text, std::size_t at) {
    std::size_t length = 1;
    while (at + length < text.size() &&
           (static_cast<unsigned char>(text[at + length]) & 0xc0) == 0x80) {
        ++length;
    }
    return length;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_key(std::string_view key) {
    return key.find(':') != std::string_view::npos &&
           key.find_first_of("*?${}'\"") == std::string_view::npos;
}

}  // namespace

Pattern::Pattern(std::string_view text, Syntax syntax) : text_(text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (syntax.variables && text.substr(at, 2) == "${") {
            const auto end = text.find('}', at);
            if (end == std::string_view::npos) {
                throw base::Error("the policy variable that begins with '${' has no '}'");
            }
            read_variable(text.substr(at + 2, end - at - 2));
            at = end;
        } else if (syntax.wildcards && text[at] == '*') {
            // Several stars are one: they match the same, and cost once.
            const bool after_variable =
                !variables_.empty() && variables_.back().position == units_.size();
            if (units_.empty() || after_variable || units_.back() != any_many) {
                units_.push_back(any_many);
            }
        } else if (syntax.wildcards && text[at] == '?') {
            units_.push_back(any_one);
        } else {
            units_.push_back(static_cast<unsigned char>(text[at]));
        }
    }
}

void Pattern::read_variable(std::string_view inside) {
    if (inside == "*" || inside == "?" || inside == "$") {
        units_.push_back(static_cast<unsigned char>(inside.front()));
        return;
    }
    const auto comma = inside.find(',');
    Variable variable{units_.size(), std::string(trimmed(inside.substr(0, comma))), {}};
    if (!is_key(variable.key)) {
        throw base::Error("'${" + std::string(inside) + "}' is no policy variable");
    }
    if (comma != std::string_view::npos) {
        const auto quoted = trimmed(inside.substr(comma + 1));
        if (quoted.size() < 2 || quoted.front() != '\'' || quoted.back() != '\'') {
            throw base::Error("the default value of '${" + std::string(inside) +
                              "}' must stand in single quotes");
        }
        variable.default_value = std::string(quoted.substr(1, quoted.size() - 2));
    }
    has_variables_ = true;
    variables_.push_back(std::move(variable));
}

std::optional<Pattern::Units> Pattern::resolve(const Context& context) const {
    Units resolved;
    std::size_t done = 0;
    const auto copy_until = [&](std::size_t end) {
        resolved.insert(resolved.end(), units_.begin() + static_cast<std::ptrdiff_t>(done),
                        units_.begin() + static_cast<std::ptrdiff_t>(end));
        done = end;
    };
    for (const Variable& variable : variables_) {
        copy_until(variable.position);
        const std::string* value = context.single(variable.key);
        if (value == nullptr && variable.default_value) {
            value = &*variable.default_value;
        }
        if (value == nullptr) {
            return std::nullopt;
        }
        for (const char byte : *value) {
            resolved.push_back(static_cast<unsigned char>(byte));
        }
    }
    copy_until(units_.size());
    return resolved;
}

/// After a star, a mismatch goes back to the last star only: an earlier one need never be tried
/// again, because whatever it could give up the later one can take.
bool Pattern::match(const Unit* begin, const Unit* end, std::string_view text, bool ignore_case) {
    const Unit* at = begin;
    std::size_t read = 0;
    const Unit* star = nullptr;
    std::size_t star_read = 0;
    while (read < text.size()) {
        if (at != end && *at == any_many) {
            star = at++;
            star_read = read;
        } else if (at != end && *at == any_one) {
            read += character_length(text, read);
            ++at;
        } else if (at != end && same(*at, text[read], ignore_case)) {
            ++at;
            ++read;
        } else if (star != nullptr) {
            at = star + 1;
            star_read += character_length(text, star_read);
            read = star_read;
        } else {
            return false;
        }
    }
    return std::all_of(at, end, [](Unit unit) { return unit == any_many; });
}

Match Pattern::matches(std::string_view text, const Context& context, bool ignore_case) const {
    if (!has_variables_) {
        const auto* begin = units_.data();
        return match(begin, begin + units_.size(), text, ignore_case) ? Match::yes : Match::no;
    }
    const auto units = resolve(context);
    if (!units) {
        return Match::unresolved;
    }
    return match(units->data(), units->data() + units->size(), text, ignore_case) ? Match::yes
                                                                                  : Match::no;
}

Match Pattern::matches_arn(std::string_view arn, const Context& context) const {
    const auto units = has_variables_ ? resolve(context) : std::optional(units_);
    if (!units) {
        return Match::unresolved;
    }
    constexpr int separators = 5;
    const Unit* at = units->data();
    const Unit* const end = at + units->size();
    for (int part = 0; part < separators; ++part) {
        const Unit* const colon = std::find(at, end, Unit{':'});
        const auto text_colon = arn.find(':');
        if (colon == end || text_colon == std::string_view::npos) {
            // A lone `*` is the ARN of everything.
            const bool everything = part == 0 && units->size() == 1 && *at == any_many;
            return everything ? Match::yes : Match::no;
        }
        if (!match(at, colon, arn.substr(0, text_colon), false)) {
            return Match::no;
        }
        at = colon + 1;
        arn.remove_prefix(text_colon + 1);
    }
    return match(at, end, arn, false) ? Match::yes : Match::no;
}

std::optional<std::string> Pattern::value(const Context& context) const {
    const auto units = resolve(context);
    if (!units) {
        return std::nullopt;
    }
    std::string text;
    for (const Unit unit : *units) {
        text += static_cast<char>(unit);
    }
    return text;
}

}  // namespace goldsmith::policy
