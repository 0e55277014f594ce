#include "service/ssm/parameter_filters.h"

#include <algorithm>

#include "api/generated/ssm/errors.h"

namespace goldsmith::service::ssm {

namespace gen = api::ssm;

namespace {

using Values = std::vector<std::string>;

bool matches(const std::string& option, const Values& wanted, const std::string& text) {
    return std::ranges::any_of(wanted, [&](const std::string& value) {
        return option == "BeginsWith" ? text.starts_with(value)
               : option == "Contains" ? text.find(value) != std::string::npos
                                      : text == value;
    });
}

bool has_tag(const std::map<std::string, std::string>& tags, const std::string& key,
             const Values& wanted) {
    const auto tag = tags.find(key);
    return tag != tags.end() && (wanted.empty() || std::ranges::count(wanted, tag->second) > 0);
}

}  // namespace

ParameterFilters::ParameterFilters(
    const std::optional<std::vector<gen::ParameterStringFilter>>& filters)
    : filters_(filters.value_or(std::vector<gen::ParameterStringFilter>{})) {
    for (const auto& filter : filters_) {
        const std::string option =
            filter.option.value_or(filter.key == "Path" ? "OneLevel" : "Equals");
        const bool known = filter.key == "Path"   ? option == "OneLevel" || option == "Recursive"
                           : filter.key == "Name" ? option == "Equals" || option == "BeginsWith" ||
                                                        option == "Contains"
                                                  : option == "Equals" || option == "BeginsWith";
        if (!known) {
            throw gen::InvalidFilterOption("The following filter option is not valid for key " +
                                           filter.key + ": " + option);
        }
        if (filter.values.value_or(Values{}).empty() && !filter.key.starts_with("tag:")) {
            throw gen::InvalidFilterValue("The filter " + filter.key + " needs values.");
        }
    }
}

bool ParameterFilters::let_through(const FilteredParameter& parameter) const {
    return std::ranges::all_of(filters_, [&](const gen::ParameterStringFilter& filter) {
        const Values wanted = filter.values.value_or(Values{});
        const std::string option = filter.option.value_or("Equals");
        if (filter.key.starts_with("tag:")) {
            return has_tag(parameter.tags, filter.key.substr(4), wanted);
        }
        if (filter.key == "Path") {
            return std::ranges::any_of(wanted, [&](const std::string& path) {
                return lies_below(parameter.row.name, path, option == "Recursive");
            });
        }
        if (filter.key == "Label") {
            return std::ranges::any_of(parameter.latest.labels, [&](const std::string& label) {
                return matches(option, wanted, label);
            });
        }
        const std::string text = filter.key == "Name"                   ? parameter.row.name
                                 : filter.key == "Type"                 ? parameter.row.type
                                 : filter.key == "Tier"                 ? parameter.row.tier
                                 : filter.key == "DataType"             ? parameter.row.data_type
                                 : parameter.row.type == "SecureString" ? "alias/aws/ssm"
                                                                        : "";
        return matches(option, wanted, text);
    });
}

bool lies_below(const std::string& name, const std::string& path, bool recursive) {
    const std::string prefix = path.ends_with('/') ? path : path + "/";
    return name.size() > prefix.size() && name.starts_with(prefix) &&
           (recursive || name.find('/', prefix.size()) == std::string::npos);
}

}  // namespace goldsmith::service::ssm
