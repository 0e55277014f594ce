// What `goldsmith iam simulate` decides, apart from the command line: policies from files, one
// decision for every action and resource. Used by the command and its test.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::cli {

struct Simulation {
    std::vector<std::string> policies{};  // files; each may hold an identity policy
    std::vector<std::string> session_policies{};
    std::string boundary{};
    std::string resource_policy{};
    std::string trust_policy{};
    std::vector<std::string> actions{};
    std::vector<std::string> resources{"*"};
    std::vector<std::string> context{};  // "key=value"; a key may stand several times
    std::string principal{};             // an ARN; default: a user of an account without policies
};

struct SimulationResult {
    bool all_allowed = true;
    std::string text{};  // for people
};

/// Throws base::Error naming the file and the place of what cannot be read.
SimulationResult simulate(const Simulation& simulation);

}  // namespace goldsmith::cli
