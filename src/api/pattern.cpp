#include "api/pattern.h"

#include <boost/regex.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.h"

namespace goldsmith::api {

namespace {

/// The model's dialect allows a stray '-' within a class ("[a-z0-9-_]", "[A-Z-0-9]"); this engine
/// wants it escaped.
std::string with_escaped_hyphens(std::string_view pattern) {
    std::string result;
    bool in_class = false;
    bool after_range = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '\\' && at + 1 < pattern.size()) {
            result.append(pattern.substr(at++, 2));
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

using Cache = std::map<const char*, std::shared_ptr<const boost::regex>>;

std::shared_ptr<const boost::regex> compile(const char* pattern) {
    try {
        return std::make_shared<const boost::regex>(with_escaped_hyphens(pattern),
                                                    boost::regex::perl);
    } catch (const std::exception&) {
        base::throw_with_context(std::string("pattern ") + pattern + " of the model");
    }
}

std::shared_ptr<const boost::regex> compiled(const char* pattern) {
    // A memo of constants, not state: what it holds never changes what a call answers.
    static std::mutex mutex;
    static Cache cache;
    const std::lock_guard lock(mutex);
    auto& entry = cache[pattern];
    if (!entry) {
        entry = compile(pattern);
    }
    return entry;
}

}  // namespace

bool matches_pattern(const char* pattern, std::string_view text) {
    const auto expression = compiled(pattern);
    try {
        return boost::regex_match(text.begin(), text.end(), *expression);
    } catch (const std::runtime_error&) {  // too complex for this text
        return false;
    }
}

}  // namespace goldsmith::api
