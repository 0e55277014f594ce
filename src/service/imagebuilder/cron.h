// The fields of a cron expression as EventBridge writes it: six of them, with names, ranges, steps,
// lists, L, W and #. Pure.
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace goldsmith::service::imagebuilder {

/// What is wrong with an expression, fit for the caller of the API.
class CronError : public base::Error {
public:
    using base::Error::Error;
};

class Cron {
public:
    /// The text between the parentheses. Five fields are the six without the year. Of day of month
    /// and day of week one must be '?'; a '*' beside a value counts as one. Throws CronError.
    static Cron parse(std::string_view fields);

    /// Local times at or after `from`, earliest first: the first one; nothing when there is none.
    std::optional<std::chrono::local_time<std::chrono::minutes>> first_at_or_after(
        std::chrono::local_time<std::chrono::minutes> from) const;

private:
    struct LastDay {};       // L
    struct LastWorkday {};   // LW
    struct NearestWorkday {  // 15W
        int day;
    };
    struct NthWeekday {  // fri#2; weekday 0 is Sunday
        int weekday, nth;
    };
    struct LastWeekday {  // 6L
        int weekday;
    };
    using Special = std::variant<LastDay, LastWorkday, NearestWorkday, NthWeekday, LastWeekday>;

    bool matches_day(std::chrono::year_month_day day) const;

    static constexpr int first_year = 1970;
    static constexpr int last_year = 2199;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;  // of the month
    std::bitset<13> months_;
    std::bitset<7> weekdays_;  // 0: Sunday
    std::bitset<last_year - first_year + 1> years_;
    std::vector<Special> specials_;
};

}  // namespace goldsmith::service::imagebuilder
