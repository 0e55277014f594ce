#include "guest/net/retry_plan.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string>

namespace goldsmith::guest {

using std::chrono::milliseconds;

std::optional<milliseconds> RetryPlan::next_delay(std::optional<std::chrono::seconds> retry_after) {
    if (++failed_ >= policy_.attempts ||
        retry_after.value_or(std::chrono::seconds(0)) > longest_retry_after) {
        return std::nullopt;
    }
    milliseconds delay = policy_.first_delay * (std::int64_t{1} << std::min(failed_ - 1, 20));
    delay = std::min(delay, policy_.longest_delay);
    // Half is fixed, half is chance: clients that failed together do not come back together.
    std::uint32_t chance = 0;
    random_.fill(&chance, sizeof chance);
    delay = delay / 2 + delay / 2 * chance / UINT32_MAX;
    return std::max<milliseconds>(delay, retry_after.value_or(std::chrono::seconds(0)));
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, base::Time now) {
    int seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && seconds >= 0) {
        return std::chrono::seconds(seconds);
    }
    std::tm parts{};
    const std::string copy(text);
    const char* rest = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (rest == nullptr || *rest != '\0') {
        return std::nullopt;
    }
    // In seconds: the nanoseconds of the system's clock cannot hold every year of a hostile server.
    const std::chrono::sys_seconds then{std::chrono::seconds(::timegm(&parts))};
    const auto left = std::chrono::ceil<std::chrono::seconds>(then - now);
    return std::max(left, std::chrono::seconds(0));
}

bool is_transient_status(int status) {
    switch (status) {
        case 408:
        case 425:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
            return true;
        default:
            return false;
    }
}

}  // namespace goldsmith::guest
