#include "guest/net/shared_config.h"

#include <algorithm>

namespace goldsmith::guest {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const std::size_t first = text.find_first_not_of(blank);
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view without_comment(std::string_view value) {
    for (const std::string_view mark : {" #", " ;", "\t#", "\t;"}) {
        value = value.substr(0, value.find(mark));
    }
    return trimmed(value);
}

bool names_profile(std::string_view line, std::string_view name) {
    line =
        trimmed(line.substr(1, line.find(']') == std::string_view::npos ? 0 : line.find(']') - 1));
    if (line.starts_with("profile ") || line.starts_with("profile\t")) {
        line = trimmed(line.substr(8));
    }
    return line == name;
}

}  // namespace

ConfigSection find_profile(std::string_view text, std::string_view name) {
    ConfigSection section;
    bool inside = false;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.starts_with('[')) {
            inside = names_profile(line, name);
            continue;
        }
        const std::size_t equals = line.find('=');
        const bool nested = line.starts_with(' ') || line.starts_with('\t');
        if (!inside || nested || line.starts_with('#') || line.starts_with(';') ||
            equals == std::string_view::npos) {
            continue;
        }
        std::string key(trimmed(line.substr(0, equals)));
        std::ranges::transform(key, key.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        section[key] = without_comment(line.substr(equals + 1));
    }
    return section;
}

}  // namespace goldsmith::guest
