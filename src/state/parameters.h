// Rows of Systems Manager parameters and their versions. Written by service/ssm and by the
// distribution of images, read by whoever resolves a parameter.
//
// Functions run on the connection they are given; those that change something need a transaction
// that writes. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct ParameterRow {
    std::int64_t id = 0;
    Scope scope{};
    std::string name{};
    std::string type{};  // "String", "StringList", "SecureString"
    std::string data_type = "text";
    std::string tier = "Standard";
    std::int64_t last_version = 0;
};

struct ParameterVersionRow {
    std::int64_t parameter_id = 0;
    std::int64_t version = 0;
    std::string value{};  // sealed when the type is SecureString
    std::optional<std::string> description{};
    std::int64_t modified_ms = 0;
    std::string modified_by{};  // an ARN
    std::vector<std::string> labels{};
};

/// Fills in `id`. Throws db::Error{unique} when the name is taken.
void insert_parameter(db::Connection& connection, ParameterRow& parameter);
void update_parameter(db::Connection& connection, const ParameterRow& parameter);
std::optional<ParameterRow> find_parameter(db::Connection& connection, const Scope& scope,
                                           std::string_view name);
/// With its versions.
bool erase_parameter(db::Connection& connection, const Scope& scope, std::string_view name);
/// In order of names, those after `after`.
std::vector<ParameterRow> page_parameters(db::Connection& connection, const Scope& scope,
                                          std::string_view after, int limit);

/// Inserts, or replaces the labels of one that is there.
void put_parameter_version(db::Connection& connection, const ParameterVersionRow& version);
std::optional<ParameterVersionRow> find_parameter_version(db::Connection& connection,
                                                          std::int64_t parameter_id,
                                                          std::int64_t version);
/// Oldest first.
std::vector<ParameterVersionRow> parameter_versions(db::Connection& connection,
                                                    std::int64_t parameter_id);
void erase_parameter_version(db::Connection& connection, std::int64_t parameter_id,
                             std::int64_t version);

}  // namespace goldsmith::state
