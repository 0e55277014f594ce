// Clock: wall-clock time as a parameter, so that tests own it. SystemClock and FakeClock are
// thread-safe. Also the two text forms of time that the API speaks (ISO-8601 UTC with
// milliseconds).
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::base {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override;
};

/// Stands still until it is advanced.
class FakeClock final : public Clock {
public:
    explicit FakeClock(Time start);
    Time now() const override;
    void advance(std::chrono::milliseconds by);

private:
    std::atomic<long long> milliseconds_;
};

/// "2023-03-10T01:04:40.609Z"
std::string format_iso8601(Time time);
/// Accepts "2023-03-10T01:04:40Z" with optional fraction and "Z" or "+hh:mm"; nothing otherwise.
std::optional<Time> parse_iso8601(std::string_view text);
/// "20230310T010440Z", the form of request signatures.
std::string format_iso8601_basic(Time time);
std::optional<Time> parse_iso8601_basic(std::string_view text);

}  // namespace goldsmith::base
