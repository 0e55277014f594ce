#include "service/imagebuilder/schedule.h"

#include <cctz/time_zone.h>

#include <charconv>

#include "api/generated/imagebuilder/errors.h"
#include "service/imagebuilder/cron.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;
namespace chrono = std::chrono;

namespace {

using LocalMinutes = chrono::local_time<chrono::minutes>;

[[noreturn]] void refuse(const std::string& member, const std::string& value,
                         const std::string& why) {
    throw ib::InvalidRequestException("The value supplied for parameter 'schedule." + member +
                                      "' is not valid: '" + value + "'. " + why);
}

LocalMinutes to_local(const cctz::civil_second& civil) {
    const auto day = chrono::local_days(chrono::year(static_cast<int>(civil.year())) /
                                        civil.month() / civil.day());
    return day + chrono::hours(civil.hour()) + chrono::minutes(civil.minute());
}

cctz::civil_second to_civil(LocalMinutes local) {
    const auto midnight = chrono::floor<chrono::days>(local);
    const chrono::year_month_day day(midnight);
    return cctz::civil_second(static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                              static_cast<unsigned>(day.day()), 0, (local - midnight).count(), 0);
}

class CronSchedule final : public Schedule {
public:
    CronSchedule(Cron cron, cctz::time_zone zone) : cron_(std::move(cron)), zone_(zone) {}

    std::optional<base::Time> next(base::Time after, base::Time) const override {
        LocalMinutes from = to_local(cctz::convert(chrono::floor<chrono::seconds>(after), zone_));
        while (const auto local = cron_.first_at_or_after(from)) {
            const auto found = zone_.lookup(to_civil(*local));
            // In a gap `trans` is its end; of two moments with one local time the first counts.
            const auto moment =
                found.kind == cctz::time_zone::civil_lookup::SKIPPED ? found.trans : found.pre;
            if (moment > after) {
                return chrono::time_point_cast<chrono::milliseconds>(moment);
            }
            from = *local + chrono::minutes(1);
        }
        return std::nullopt;
    }

private:
    Cron cron_;
    cctz::time_zone zone_;
};

class RateSchedule final : public Schedule {
public:
    explicit RateSchedule(chrono::minutes period) : period_(period) {}

    std::optional<base::Time> next(base::Time after, base::Time created) const override {
        if (after < created) {
            return created + period_;
        }
        return created + period_ * ((after - created) / period_ + 1);
    }

private:
    chrono::minutes period_;
};

std::unique_ptr<const Schedule> rate_of(const std::string& expression, std::string_view text) {
    constexpr std::int64_t most = 1'000'000;
    const auto blank = text.find(' ');
    std::int64_t value = 0;
    const auto number = text.substr(0, blank);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    std::string_view unit = blank == std::string_view::npos ? "" : text.substr(blank + 1);
    const bool plural = unit.ends_with('s');
    unit.remove_suffix(plural ? 1 : 0);
    const chrono::minutes one = unit == "minute" ? chrono::minutes(1)
                                : unit == "hour" ? chrono::hours(1)
                                : unit == "day"  ? chrono::days(1)
                                                 : chrono::minutes(0);
    if (error != std::errc() || end != number.data() + number.size() || value < 1 || value > most ||
        one == chrono::minutes(0) || plural != (value > 1)) {
        refuse("scheduleExpression", expression,
               "Expected rate(1 minute|hour|day) or rate(<n> minutes|hours|days).");
    }
    return std::make_unique<RateSchedule>(one * value);
}

std::unique_ptr<const Schedule> cron_of(const std::string& expression, std::string_view text,
                                        const std::string& timezone) {
    cctz::time_zone zone;
    // A name is no path: nothing outside the system's folder of zones is opened.
    if (timezone.find("..") != std::string::npos || timezone.starts_with('/') ||
        timezone.find(':') != std::string::npos || !cctz::load_time_zone(timezone, &zone)) {
        refuse("timezone", timezone, "It is not the name of a time zone, such as Europe/Berlin.");
    }
    try {
        return std::make_unique<CronSchedule>(Cron::parse(text), zone);
    } catch (const CronError& problem) {
        refuse("scheduleExpression", expression, problem.what());
    }
}

}  // namespace

std::unique_ptr<const Schedule> Schedule::parse(const std::string& expression,
                                                const std::string& timezone) {
    const bool closed = expression.ends_with(')');
    const auto inner = [&] {
        return std::string_view(expression).substr(5, expression.size() - 6);
    };
    if (closed && expression.starts_with("cron(")) {
        return cron_of(expression, inner(), timezone);
    }
    if (closed && expression.starts_with("rate(")) {
        return rate_of(expression, inner());
    }
    refuse("scheduleExpression", expression, "Expected cron(...) or rate(...).");
}

}  // namespace goldsmith::service::imagebuilder
