// RunWatch: which execution waits for which run, so that news of a run wakes the execution at once
// instead of at its next poll. Only a shortcut: it is filled again by whoever waits, and losing it
// costs time, nothing else. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/guarded.h"

namespace goldsmith::actions {

class RunWatch {
public:
    void watch(const std::string& run, const std::string& execution) {
        (*executions_.lock())[run] = execution;
    }
    void forget(const std::string& run) { executions_.lock()->erase(run); }
    std::optional<std::string> execution_of(const std::string& run) const {
        auto executions = executions_.lock();
        const auto found = executions->find(run);
        return found == executions->end() ? std::nullopt : std::optional(found->second);
    }

private:
    base::Guarded<std::map<std::string, std::string>> executions_;
};

}  // namespace goldsmith::actions
