// Times of the API (base::Time) and of rows (milliseconds since the epoch). Pure.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace goldsmith::service {

inline std::int64_t to_ms(base::Time time) {
    return time.time_since_epoch().count();
}
inline base::Time from_ms(std::int64_t ms) {
    return base::Time(std::chrono::milliseconds(ms));
}

}  // namespace goldsmith::service
