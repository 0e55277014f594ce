// The `filters` of List and Describe operations: filters are ANDed, the values of one filter ORed.
// Used by services; immutable and thread-safe once made.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::api {

struct FilterTerm {
    std::string name;
    std::vector<std::string> values;
};

enum class Match {
    equal,    // case-sensitive equality
    version,  // equality, or an 'x' pattern such as "1.x.x" against "1.2.3" or "1.2.3/4"
    glob,     // '*' any text, '?' any character (EC2)
};

/// A filter that an operation knows. A name that ends in '*' ("tag:*") stands for every name that
/// begins so.
struct FilterRule {
    std::string_view name;
    Match match = Match::equal;
};

class ListFilters {
public:
    /// Values that an item has under a filter's name: none, one or several.
    using ValuesOf = std::function<std::vector<std::string>(std::string_view name)>;

    ListFilters() = default;

    /// Throws FilterError (a generated error) for a filter without name or values and for a name
    /// that no rule knows. `filters` is the member of a request: Filter{name, values} of any
    /// service.
    template <class FilterError, class Filters>
    static ListFilters of(const Filters& filters, std::span<const FilterRule> rules) {
        std::vector<FilterTerm> terms;
        if (filters) {
            for (const auto& filter : *filters) {
                terms.push_back(
                    {filter.name.value_or(""), filter.values.value_or(std::vector<std::string>{})});
            }
        }
        ListFilters result;
        if (const auto problem = result.set(std::move(terms), rules)) {
            throw FilterError(*problem);
        }
        return result;
    }

    bool empty() const { return terms_.empty(); }
    bool matches(const ValuesOf& values_of) const;
    /// The values of a filter, for a query that wants to narrow down first; null when absent.
    const std::vector<std::string>* values(std::string_view name) const;

private:
    struct Term {
        FilterTerm filter;
        Match match;
    };

    /// What is wrong with the terms; nothing when they are taken over.
    std::optional<std::string> set(std::vector<FilterTerm> terms,
                                   std::span<const FilterRule> rules);

    std::vector<Term> terms_;
};

bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace goldsmith::api
