#include "http/uri.h"

#include "base/encoding.h"

namespace goldsmith::http {
namespace {

std::string decoded_or_literal(std::string_view text, bool plus_is_space) {
    return base::percent_decode(text, plus_is_space).value_or(std::string(text));
}

std::vector<std::string_view> normalised_segments(std::string_view raw_path) {
    std::vector<std::string_view> kept;
    std::size_t begin = 0;
    while (begin <= raw_path.size()) {
        const auto slash = raw_path.find('/', begin);
        const auto end = slash == std::string_view::npos ? raw_path.size() : slash;
        const auto segment = raw_path.substr(begin, end - begin);
        begin = end + 1;
        if (segment == "..") {
            if (!kept.empty()) {
                kept.pop_back();
            }
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
    }
    return kept;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query,
                                                             bool plus_is_space) {
    std::vector<std::pair<std::string, std::string>> result;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (part.empty()) {
            continue;
        }
        const auto equals = part.find('=');
        const auto value =
            equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        result.emplace_back(decoded_or_literal(part.substr(0, equals), plus_is_space),
                            decoded_or_literal(value, plus_is_space));
    }
    return result;
}

std::string normalised_path(std::string_view raw_path) {
    std::string result;
    for (const auto segment : normalised_segments(raw_path)) {
        result += '/';
        result += segment;
    }
    if (result.empty() || raw_path.ends_with('/')) {
        result += '/';
    }
    return result;
}

std::vector<std::string> path_segments(std::string_view raw_path) {
    std::vector<std::string> result;
    for (const auto segment : normalised_segments(raw_path)) {
        result.push_back(decoded_or_literal(segment, false));
    }
    return result;
}

}  // namespace goldsmith::http
