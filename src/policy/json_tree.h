// Policy text to a JSON tree, with the two things that a policy must not have and that JSON
// allows: a member that stands twice, and endless nesting. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace goldsmith::policy {

/// A policy that cannot be used. `path` tells where ("Statement[0].Action[2]"); the message begins
/// with it.
class PolicyError : public base::Error {
public:
    PolicyError(std::string path, const std::string& problem)
        : Error(path.empty() ? problem : path + ": " + problem), path_(std::move(path)) {}

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

/// Throws PolicyError: not JSON (with line and column), nested too deep, a member twice.
boost::json::value parse_tree(std::string_view text);

}  // namespace goldsmith::policy
