// Names of parameters: which may be, and what a reference such as "/a/b:3" speaks of. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace goldsmith::service::ssm {

struct ParameterReference {
    std::string name{};
    std::optional<std::int64_t> version{};
    std::optional<std::string> label{};
    std::string selector{};  // ":3", ":label" or empty
};

/// "name", "name:3", "name:label", or the ARN of any of them.
ParameterReference parse_reference(const std::string& text);

/// Throws ValidationException or HierarchyLevelLimitExceededException for a name that no parameter
/// may have.
void check_parameter_name(const std::string& name);

/// 1 to 100 of a-z, A-Z, 0-9, '.', '-', '_'; does not begin with a digit, "aws" or "ssm".
bool is_parameter_label(const std::string& label);

}  // namespace goldsmith::service::ssm
