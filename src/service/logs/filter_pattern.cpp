#include "service/logs/filter_pattern.h"

#include <algorithm>

namespace goldsmith::service::logs {
namespace {

/// Takes one word or quoted phrase off the front; nothing when a quote is not closed.
std::optional<std::string> take_term(std::string_view& text) {
    if (!text.starts_with('"')) {
        const auto end = std::min(text.find(' '), text.size());
        std::string term(text.substr(0, end));
        text.remove_prefix(end);
        return term;
    }
    std::string term;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            term += text[++i];
        } else if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return term;
        } else {
            term += text[i];
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<FilterPattern> FilterPattern::parse(std::string_view text) {
    FilterPattern pattern;
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) {
            return pattern;
        }
        if (text.front() == '{' || text.front() == '[') {
            return std::nullopt;
        }
        auto* terms = &pattern.all_;
        if (text.size() > 1 && (text.front() == '-' || text.front() == '?')) {
            terms = text.front() == '-' ? &pattern.none_ : &pattern.any_;
            text.remove_prefix(1);
        }
        const auto term = take_term(text);
        if (!term) {
            return std::nullopt;
        }
        terms->push_back(*term);
    }
}

bool FilterPattern::matches(std::string_view message) const {
    const auto occurs = [&](const std::string& term) {
        return message.find(term) != std::string_view::npos;
    };
    return std::all_of(all_.begin(), all_.end(), occurs) &&
           std::none_of(none_.begin(), none_.end(), occurs) &&
           (any_.empty() || std::any_of(any_.begin(), any_.end(), occurs));
}

}  // namespace goldsmith::service::logs
