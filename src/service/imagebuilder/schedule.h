// Schedule expressions of pipelines: cron(minute hour day-of-month month day-of-week year) in a
// time zone, and rate(n unit). Pure, but for the time zones, which are the system's (tzdata).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"

namespace goldsmith::service::imagebuilder {

class Schedule {
public:
    virtual ~Schedule() = default;

    /// The first moment after `after`; nothing when there is none any more (a year that has
    /// passed). A local time that daylight saving leaves out becomes the first minute after the
    /// gap; one that happens twice counts once. `created` is what rates count from.
    virtual std::optional<base::Time> next(base::Time after, base::Time created) const = 0;

    /// Throws InvalidRequestException, which names the member and says what is wrong with it.
    static std::unique_ptr<const Schedule> parse(const std::string& expression,
                                                 const std::string& timezone);
};

}  // namespace goldsmith::service::imagebuilder
