#include "api/list_filters.h"

#include <algorithm>

#include "api/version.h"

namespace goldsmith::api {

namespace {

const FilterRule* rule_for(std::span<const FilterRule> rules, std::string_view name) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const FilterRule& rule) {
        if (rule.name.ends_with('*')) {
            const auto prefix = rule.name.substr(0, rule.name.size() - 1);
            return name.size() > prefix.size() && name.starts_with(prefix);
        }
        return rule.name == name;
    });
    return found == rules.end() ? nullptr : &*found;
}

bool matches_version(std::string_view wanted, std::string_view text) {
    const auto pattern = VersionPattern::parse(wanted);
    const auto version = parse_version(text);
    return wanted == text || (pattern && version && pattern->matches(*version));
}

bool matches_value(Match match, std::string_view wanted, std::string_view text) {
    switch (match) {
        case Match::version:
            return matches_version(wanted, text);
        case Match::glob:
            return matches_glob(wanted, text);
        case Match::equal:
            break;
    }
    return wanted == text;
}

std::string known_names(std::span<const FilterRule> rules) {
    std::string names;
    for (const auto& rule : rules) {
        names += names.empty() ? "" : ", ";
        names += rule.name;
    }
    return names.empty() ? "This operation has no filters." : "Known filters: " + names + '.';
}

}  // namespace

std::optional<std::string> ListFilters::set(std::vector<FilterTerm> terms,
                                            std::span<const FilterRule> rules) {
    for (std::size_t index = 0; index < terms.size(); ++index) {
        auto& term = terms[index];
        const auto where = "'filters[" + std::to_string(index) + "]'";
        if (term.name.empty() || term.values.empty()) {
            return "The value supplied for parameter " + where +
                   " is not valid. A filter needs a name and at least one value.";
        }
        const auto* rule = rule_for(rules, term.name);
        if (rule == nullptr) {
            return "The value supplied for parameter " + where + " is not valid. The filter '" +
                   term.name + "' is not known. " + known_names(rules);
        }
        terms_.push_back({std::move(term), rule->match});
    }
    return std::nullopt;
}

bool ListFilters::matches(const ValuesOf& values_of) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        const auto values = values_of(term.filter.name);
        return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
            const auto& wanted = term.filter.values;
            return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
                return matches_value(term.match, one, value);
            });
        });
    });
}

const std::vector<std::string>* ListFilters::values(std::string_view name) const {
    const auto found = std::find_if(terms_.begin(), terms_.end(),
                                    [&](const Term& term) { return term.filter.name == name; });
    return found == terms_.end() ? nullptr : &found->filter.values;
}

bool matches_glob(std::string_view pattern, std::string_view text) {
    // Greedy with one remembered star: linear space, and no recursion for hostile patterns.
    std::size_t at = 0;
    std::size_t read = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (read < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = read;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[read])) {
            ++at;
            ++read;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            read = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace goldsmith::api
