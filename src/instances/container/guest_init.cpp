#include "instances/container/guest_init.h"

#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::instances {

namespace {

std::vector<pid_t> children_of(pid_t process) {
    const std::string id = std::to_string(process);
    std::istringstream text(
        base::read_file_if_exists("/proc/" + id + "/task/" + id + "/children").value_or(""));
    std::vector<pid_t> children;
    for (pid_t child = 0; text >> child;) {
        children.push_back(child);
    }
    return children;
}

/// The process's number in each namespace, outermost first: "NSpid: 812 5 1".
std::vector<pid_t> numbers_of(pid_t process) {
    const std::string status =
        base::read_file_if_exists("/proc/" + std::to_string(process) + "/status").value_or("");
    const std::size_t at = status.find("NSpid:");
    std::vector<pid_t> numbers;
    if (at != std::string::npos) {
        std::istringstream line(status.substr(at + 6, status.find('\n', at) - at - 6));
        for (pid_t number = 0; line >> number;) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

}  // namespace

std::optional<pid_t> find_guest_init(pid_t ancestor) {
    const std::size_t depth_of_ancestor = numbers_of(ancestor).size();
    for (const pid_t child : children_of(ancestor)) {
        const std::vector<pid_t> numbers = numbers_of(child);
        if (numbers.size() >= depth_of_ancestor + 2 && numbers.back() == 1) {
            return child;
        }
        // One level of nesting is passed on the way; its depth does not count as found.
        if (numbers.size() == depth_of_ancestor + 1) {
            for (const pid_t grandchild : children_of(child)) {
                const std::vector<pid_t> inner = numbers_of(grandchild);
                if (inner.size() == numbers.size() + 1 && inner.back() == 1) {
                    return grandchild;
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<pid_t> find_guest_init_of_runner(pid_t runner) {
    for (const pid_t child : children_of(runner)) {
        if (const auto init = find_guest_init(child)) {
            return init;
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::instances
