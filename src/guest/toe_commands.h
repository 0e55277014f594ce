// The subcommands of toe. Each returns the exit code, writes JSON to standard output and everything
// else to standard error. `program` is the path with which toe can be started again.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

inline constexpr const char* toe_version = "0.1.0";

int toe_run(const std::vector<std::string>& arguments, const std::string& program);
int toe_validate(const std::vector<std::string>& arguments);

}  // namespace goldsmith::guest
