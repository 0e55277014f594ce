// The environment variables of a program as a value, so that tests can make them up.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

namespace goldsmith::guest {

/// The value of a variable; "" when it is not set.
using Environment = std::function<std::string(const std::string& name)>;

inline Environment process_environment() {
    return [](const std::string& name) {
        const char* value = std::getenv(name.c_str());
        return std::string(value == nullptr ? "" : value);
    };
}

}  // namespace goldsmith::guest
