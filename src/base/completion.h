// Completion: what one thread waits for and another one reports, once. Each waiter has its own, so
// that a report wakes nobody else. Share it by std::shared_ptr: whoever reports may still be inside
// when the waiter has gone on. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <optional>
#include <utility>

#include "base/guarded.h"

namespace goldsmith::base {

template <typename Outcome>
class Completion {
public:
    /// The first report counts.
    void report(Outcome outcome) {
        {
            auto reported = outcome_.lock();
            if (!*reported) {
                reported->emplace(std::move(outcome));
            }
        }
        reported_.notify_one();
    }

    /// For one thread at a time. Nothing when `limit` passed before a report came; may be called
    /// again then.
    std::optional<Outcome> wait_for(std::chrono::milliseconds limit) {
        auto reported = outcome_.lock();
        // By the system clock, because the thread sanitizer of our compiler does not see the timed
        // wait that the steady clock needs; a clock that is set meanwhile only moves the deadline.
        reported.wait_until(reported_, std::chrono::system_clock::now() + limit,
                            [&] { return reported->has_value(); });
        return std::exchange(*reported, std::nullopt);
    }

    /// Waits for the report, however long it takes: only where somebody is bound to report.
    Outcome wait() {
        for (;;) {
            if (auto outcome = wait_for(std::chrono::minutes(1))) {
                return *std::move(outcome);
            }
        }
    }

private:
    Guarded<std::optional<Outcome>> outcome_;
    std::condition_variable reported_;
};

}  // namespace goldsmith::base
