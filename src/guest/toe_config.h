// The JSON file of `toe run --config`.
#pragma once

#include <string>
#include <vector>

#include "guest/executor.h"

namespace goldsmith::guest {

struct ToeConfig {
    RunRequest request;
    bool trace = false;
    /// Settings that were present but that this toe does not know.
    std::vector<std::string> warnings;
};

/// Throws UsageError naming what is wrong.
ToeConfig parse_toe_config(const std::string& text, const std::string& file_name);

}  // namespace goldsmith::guest
