#include "service/ssm/put_parameter.h"

#include <algorithm>

#include "api/generated/ssm/errors.h"
#include "db/transaction.h"
#include "state/parameters.h"

namespace goldsmith::service::ssm {

namespace gen = api::ssm;

namespace {

constexpr std::size_t most_versions = 100;

/// The oldest version goes when there are too many, unless it has a label.
void make_room(db::Transaction& transaction, std::int64_t parameter) {
    const auto versions = state::parameter_versions(transaction, parameter);
    if (versions.size() < most_versions) {
        return;
    }
    if (!versions.front().labels.empty()) {
        throw gen::ParameterMaxVersionLimitExceeded(
            "The parameter has 100 versions, and its oldest, version " +
            std::to_string(versions.front().version) +
            ", has a label. Move the label to another version and try again.");
    }
    state::erase_parameter_version(transaction, parameter, versions.front().version);
}

state::ParameterRow first_row(const NewParameterVersion& version) {
    if (!version.type) {
        throw gen::ValidationException("A parameter type is required when you create a parameter.");
    }
    return {.scope = version.scope,
            .name = version.name,
            .type = *version.type,
            .data_type = version.data_type.value_or("text"),
            .tier = version.tier.value_or("Standard"),
            .last_version = 1};
}

void change(state::ParameterRow& row, const NewParameterVersion& version) {
    if (!version.overwrite) {
        throw gen::ParameterAlreadyExists(
            "The parameter already exists. To overwrite this value, set the overwrite option in "
            "the request to true.");
    }
    if (version.type && *version.type != row.type) {
        throw gen::HierarchyTypeMismatchException(
            "The parameter's type is " + row.type +
            " and cannot be changed. Delete the parameter and create it anew.");
    }
    row.data_type = version.data_type.value_or(row.data_type);
    row.tier = version.tier.value_or(row.tier);
    ++row.last_version;
}

}  // namespace

WrittenParameter put_version(db::Transaction& transaction, const NewParameterVersion& version) {
    auto found = state::find_parameter(transaction, version.scope, version.name);
    const bool is_new = !found;
    state::ParameterRow row = found ? *found : first_row(version);
    if (is_new) {
        state::insert_parameter(transaction, row);
    } else {
        change(row, version);
        make_room(transaction, row.id);
        state::update_parameter(transaction, row);
    }
    state::put_parameter_version(transaction, {.parameter_id = row.id,
                                               .version = row.last_version,
                                               .value = version.value,
                                               .description = version.description,
                                               .modified_ms = version.now_ms,
                                               .modified_by = version.by,
                                               .labels = {}});
    return {row.last_version, row.tier, is_new};
}

}  // namespace goldsmith::service::ssm
