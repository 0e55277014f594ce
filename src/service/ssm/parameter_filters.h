// The filters of DescribeParameters and GetParametersByPath. Used by ParameterFamily.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/generated/ssm/parameters_types.h"
#include "state/parameters.h"

namespace goldsmith::service::ssm {

/// What a filter may ask about a parameter.
struct FilteredParameter {
    const state::ParameterRow& row;
    const state::ParameterVersionRow& latest;
    const std::map<std::string, std::string>& tags;
};

class ParameterFilters {
public:
    /// Throws InvalidFilterOption, InvalidFilterValue.
    explicit ParameterFilters(
        const std::optional<std::vector<api::ssm::ParameterStringFilter>>& filters);
    bool let_through(const FilteredParameter& parameter) const;

private:
    std::vector<api::ssm::ParameterStringFilter> filters_;
};

/// Whether a name lies below a path: "/a/b" below "/a" and "/", at any depth or directly.
bool lies_below(const std::string& name, const std::string& path, bool recursive);

}  // namespace goldsmith::service::ssm
