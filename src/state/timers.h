// Timers: the next moment at which something has to happen to a subject (a pipeline's scheduled
// run, a policy's daily run, the next step of a lifecycle execution). Written by the operation that
// makes the work, in its transaction; taken by the daemon's scheduler. A subject has at most one
// timer of a kind.
//
// Functions run on the connection they are given. Failures throw db::Error.
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

inline constexpr std::string_view pipeline_timer = "pipeline";
inline constexpr std::string_view lifecycle_policy_timer = "lifecycle-policy";
inline constexpr std::string_view lifecycle_execution_timer = "lifecycle-execution";

struct Timer {
    std::string kind{};
    std::string subject{};  // an ARN, or an execution's id
    Scope scope{};
    std::int64_t due_ms = 0;
    bool operator==(const Timer&) const = default;
};

/// Sets, or moves.
void set_timer(db::Connection& connection, const Timer& timer);
void clear_timer(db::Connection& connection, std::string_view kind, std::string_view subject);
std::optional<Timer> find_timer(db::Connection& connection, std::string_view kind,
                                std::string_view subject);
/// Due at `now_ms` or before, the longest overdue first.
std::vector<Timer> due_timers(db::Connection& connection, std::int64_t now_ms, int limit);
std::optional<std::int64_t> next_timer_ms(db::Connection& connection);

}  // namespace goldsmith::state
