// Throttle: how many calls an account may make. One token bucket for each account, region, service
// and class of call; a call takes a token, and tokens come back at a constant rate up to the
// bucket's size. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "base/guarded.h"
#include "daemon/call_class.h"
#include "http/router.h"

namespace goldsmith::api {
class Endpoint;
}

namespace goldsmith::daemon {

struct Rate {
    double per_second = 0;
    double burst = 0;  // the bucket's size, at least 1

    bool operator==(const Rate&) const = default;
};

/// The defaults resemble those of AWS.
struct ThrottleRates {
    bool enabled = false;
    Rate read{20, 100};
    Rate write{5, 50};
    Rate build{2, 5};

    const Rate& of(CallClass kind) const;
};

class Throttle {
public:
    explicit Throttle(ThrottleRates rates) : rates_(rates) {}

    bool is_enabled() const { return rates_.enabled; }

    /// Takes a token. Nothing when there was one; else how long until there will be.
    std::optional<std::chrono::milliseconds> take(const std::string& account,
                                                  const std::string& region,
                                                  const std::string& service, CallClass kind,
                                                  base::Time now);

private:
    struct Bucket {
        double tokens;
        base::Time filled;
    };
    using Key = std::tuple<std::string, std::string, std::string, CallClass>;

    const ThrottleRates rates_;
    base::Guarded<std::map<Key, Bucket>> buckets_;
};

/// The error with which AWS's service answers a call too many, with a Retry-After in whole seconds.
http::Failure throttling_failure(const std::string& service, std::chrono::milliseconds wait);

/// `handler` behind the throttle. Everything given must outlive the result.
http::ServiceHandler throttled(http::ServiceHandler handler, const api::Endpoint& endpoint,
                               Throttle& throttle, const base::Clock& clock);

}  // namespace goldsmith::daemon
