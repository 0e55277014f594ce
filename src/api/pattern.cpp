#include "api/pattern.h"

#include <re2/re2.h>

#include <boost/regex.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.h"

namespace goldsmith::api {

namespace {

/// The model's dialect allows a stray '-' within a class ("[a-z0-9-_]", "[A-Z-0-9]"), which the
/// engines want escaped, and counts the vertical tab among the blanks.
std::string in_our_dialect(std::string_view pattern) {
    std::string result;
    bool in_class = false;
    bool after_range = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '\\' && at + 1 < pattern.size()) {
            const auto escape = pattern.substr(at++, 2);
            result.append(escape != "\\s" ? escape : in_class ? "\\s\\x0b" : "[\\s\\x0b]");
            after_range = false;
        } else if (!in_class) {
            in_class = c == '[';
            after_range = false;
            result += c;
        } else if (c == ']') {
            in_class = false;
            result += c;
        } else if (c == '-' && after_range) {
            result += "\\-";
            after_range = false;
        } else if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']' &&
                   c != '^' && c != '-') {
            result.append(pattern.substr(at, 3));
            at += 2;
            after_range = true;
        } else {
            result += c;
            after_range = false;
        }
    }
    return result;
}

/// RE2 matches in linear time and keeps what it learns. It has no look-ahead and repeats nothing
/// more than a thousand times; the few patterns that need that are left to Boost.
struct Expression {
    std::unique_ptr<const RE2> linear;
    std::unique_ptr<const boost::regex> backtracking;  // where there is no other
};

Expression compile(const char* pattern) {
    const auto text = in_our_dialect(pattern);
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);  // bytes, as Boost sees them
    options.set_dot_nl(true);
    options.set_log_errors(false);
    auto linear = std::make_unique<const RE2>(text, options);
    if (linear->ok()) {
        return {std::move(linear), nullptr};
    }
    try {
        return {nullptr, std::make_unique<const boost::regex>(text, boost::regex::perl)};
    } catch (const std::exception&) {
        base::throw_with_context(std::string("pattern ") + pattern + " of the model");
    }
}

const Expression& compiled(const char* pattern) {
    // A memo of constants, not state: what it holds never changes what a call answers.
    static std::mutex mutex;
    static std::map<const char*, Expression> cache;
    const std::lock_guard lock(mutex);
    auto found = cache.find(pattern);
    if (found == cache.end()) {
        found = cache.emplace(pattern, compile(pattern)).first;
    }
    return found->second;
}

}  // namespace

bool matches_pattern(const char* pattern, std::string_view text) {
    const auto& expression = compiled(pattern);
    if (expression.linear) {
        return RE2::FullMatch({text.data(), text.size()}, *expression.linear);
    }
    try {
        return boost::regex_match(text.begin(), text.end(), *expression.backtracking);
    } catch (const std::runtime_error&) {  // too complex for this text
        return false;
    }
}

}  // namespace goldsmith::api
