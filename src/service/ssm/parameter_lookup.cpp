#include "service/ssm/parameter_lookup.h"

#include <algorithm>

namespace goldsmith::service::ssm {

std::optional<state::ParameterVersionRow> find_version(db::Connection& connection,
                                                       const state::ParameterRow& parameter,
                                                       const ParameterReference& reference) {
    if (!reference.label) {
        return state::find_parameter_version(connection, parameter.id,
                                             reference.version.value_or(parameter.last_version));
    }
    for (auto& version : state::parameter_versions(connection, parameter.id)) {
        if (std::ranges::count(version.labels, *reference.label) > 0) {
            return std::move(version);
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::service::ssm
