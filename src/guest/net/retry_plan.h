// RetryPlan: how often something is tried and how long to wait in between. Exponential back-off
// with jitter; what a server asks for with Retry-After is respected. Knows no clock: the caller
// waits.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace goldsmith::guest {

struct RetryPolicy {
    int attempts = 5;                              ///< in all
    std::chrono::milliseconds first_delay{1'000};  ///< doubles each time
    std::chrono::milliseconds longest_delay{20'000};
};

class RetryPlan {
public:
    /// A server that asks for more patience than this is not waited for.
    static constexpr std::chrono::seconds longest_retry_after{300};

    RetryPlan(const RetryPolicy& policy, base::Random& random) : policy_(policy), random_(random) {}

    /// After a failed attempt: how long to wait before the next, nothing when there is none.
    std::optional<std::chrono::milliseconds> next_delay(
        std::optional<std::chrono::seconds> retry_after = std::nullopt);
    int failed_attempts() const { return failed_; }

private:
    RetryPolicy policy_;
    base::Random& random_;
    int failed_ = 0;
};

/// The value of a Retry-After header: seconds, or an HTTP date ("Wed, 21 Oct 2026 07:28:00 GMT")
/// relative to `now`, not negative. Nothing when it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, base::Time now);

/// Answers that may be another one next time.
bool is_transient_status(int status);

}  // namespace goldsmith::guest
