// The one place that retries when the database is busy (another process holds its lock, as
// `goldsmith gc` may while the daemon runs). Everything that is not Error{busy} is passed on at
// once.
#pragma once

#include <chrono>
#include <functional>

#include "db/error.h"

namespace goldsmith::db {

struct RetryPolicy {
    std::chrono::milliseconds deadline{10'000};
    std::chrono::milliseconds first_wait{2};
    std::chrono::milliseconds longest_wait{100};
    /// Replaced by tests; empty means std::this_thread::sleep_for.
    std::function<void(std::chrono::milliseconds)> sleep;
};

/// Counts the time waited so far and decides whether to wait once more.
class BusyWait {
public:
    explicit BusyWait(const RetryPolicy& policy) : policy_(policy), next_(policy.first_wait) {}
    /// Sleeps and returns true, or returns false when the deadline would be passed.
    bool wait();

private:
    const RetryPolicy& policy_;
    std::chrono::milliseconds next_;
    std::chrono::milliseconds waited_{0};
};

template <class Function>
auto retry_busy(const RetryPolicy& policy, Function&& function) -> decltype(function()) {
    BusyWait busy_wait(policy);
    for (;;) {
        try {
            return function();
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::busy || !busy_wait.wait()) {
                throw;
            }
        }
    }
}

}  // namespace goldsmith::db
