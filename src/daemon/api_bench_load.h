// A load generator for the benchmarks: keep-alive connections on one thread, each with one request
// under way. Requests are signed beforehand, so that what is measured is the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace goldsmith::daemon {

struct LoadResult {
    std::uint64_t answers = 0;
    std::uint64_t errors = 0;  // answers whose status is not 200
    std::uint64_t throttled = 0;
    std::string first_error;
    double seconds = 0;
    std::vector<std::uint32_t> latencies_us;  // sorted

    double per_second() const { return static_cast<double>(answers) / seconds; }
    double percentile_ms(double part) const;
};

/// Sends what `next()` gives (raw bytes of one request; empty: no more) until `time` is over, and
/// waits for the answers under way. Throws base::Error when the server goes away.
LoadResult run_load(const std::string& host, std::uint16_t port, int connections,
                    std::chrono::milliseconds time, const std::function<std::string()>& next);

}  // namespace goldsmith::daemon
