#include "service/imagebuilder/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <string>

namespace goldsmith::service::imagebuilder {

namespace chrono = std::chrono;

namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int low, high;
    std::span<const std::string_view> names{};  // of low, low + 1, ...
};

constexpr Field minute{"minute", 0, 59};
constexpr Field hour{"hour", 0, 23};
constexpr Field day_of_month{"day of month", 1, 31};
const Field month{"month", 1, 12, month_names};
const Field day_of_week{"day of week", 1, 7, weekday_names};
constexpr Field year{"year", 1970, 2199};

[[noreturn]] void refuse(const Field& field, std::string_view text, const std::string& why) {
    throw CronError("The field '" + std::string(field.name) + "' is '" + std::string(text) +
                    "': " + why);
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool digits = !text.empty() && text.front() >= '0' && text.front() <= '9';
    return digits && error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                              : std::nullopt;
}

int value_of(const Field& field, std::string_view text) {
    for (std::size_t i = 0; i < field.names.size(); ++i) {
        if (text == field.names[i]) {
            return field.low + static_cast<int>(i);
        }
    }
    const auto value = number(text);
    if (!value || *value < field.low || *value > field.high) {
        refuse(field, text,
               "expected a value from " + std::to_string(field.low) + " to " +
                   std::to_string(field.high) + ".");
    }
    return *value;
}

/// "*", "5", "1-5", "*/10", "3/10", "1-20/5": every value of it.
template <class Add>
void add_values(const Field& field, std::string_view text, Add add) {
    const auto parts = split(text, '/');
    if (parts.size() > 2) {
        refuse(field, text, "it has more than one '/'.");
    }
    int step = 1;
    if (parts.size() == 2) {
        const auto given = number(parts[1]);
        if (!given || *given < 1 || *given > field.high) {
            refuse(field, text,
                   "the step after '/' must be from 1 to " + std::to_string(field.high) + ".");
        }
        step = *given;
    }
    int low = field.low;
    int high = field.high;
    if (parts[0] != "*") {
        const auto ends = split(parts[0], '-');
        if (ends.size() > 2) {
            refuse(field, text, "it has more than one '-'.");
        }
        low = value_of(field, ends[0]);
        high = ends.size() == 2 ? value_of(field, ends[1]) : parts.size() == 2 ? high : low;
        if (low > high) {
            refuse(field, text, "the range runs backwards.");
        }
    }
    for (int value = low; value <= high; value += step) {
        add(value);
    }
}

template <std::size_t Size>
void read_values(const Field& field, std::string_view text, std::bitset<Size>& values, int offset) {
    for (const auto part : split(text, ',')) {
        add_values(field, part,
                   [&](int value) { values.set(static_cast<std::size_t>(value - offset)); });
    }
}

std::vector<std::string> fields_of(std::string_view text) {
    std::vector<std::string> fields;
    for (const auto word : split(text, ' ')) {
        if (!word.empty()) {
            std::string lower(word);
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            fields.push_back(std::move(lower));
        }
    }
    if (fields.size() == 5) {
        fields.emplace_back("*");
    }
    if (fields.size() != 6) {
        throw CronError(
            "cron(...) takes six fields: minute, hour, day of month, month, day of week, year.");
    }
    return fields;
}

chrono::year_month_day nearest_workday(chrono::year_month_day day) {
    const auto last = chrono::sys_days(day.year() / day.month() / chrono::last);
    auto at = std::min(
        chrono::sys_days(day.year() / day.month() / 1) + (day.day() - chrono::day(1)), last);
    const chrono::weekday weekday(at);
    if (weekday == chrono::Saturday) {
        at +=
            chrono::year_month_day(at).day() == chrono::day(1) ? chrono::days(2) : chrono::days(-1);
    } else if (weekday == chrono::Sunday) {
        at += at == last ? chrono::days(-2) : chrono::days(1);
    }
    return at;
}

}  // namespace

Cron Cron::parse(std::string_view text) {
    auto fields = fields_of(text);
    std::string& day = fields[2];
    std::string& weekday = fields[4];
    if (day == "?" && weekday == "?") {
        throw CronError("Day of month and day of week cannot both be '?'.");
    }
    if (day == "*" && weekday != "?") {
        day = weekday == "*" ? "*" : "?";
    }
    if (weekday == "*") {
        weekday = "?";
    }
    if (day != "?" && weekday != "?") {
        throw CronError("One of day of month and day of week must be '?'.");
    }
    Cron cron;
    read_values(minute, fields[0], cron.minutes_, 0);
    read_values(hour, fields[1], cron.hours_, 0);
    read_values(month, fields[3], cron.months_, 0);
    read_values(year, fields[5], cron.years_, first_year);
    for (const auto part : split(day == "?" ? std::string_view() : std::string_view(day), ',')) {
        if (day == "?") {
            break;
        }
        if (part == "l") {
            cron.specials_.emplace_back(LastDay{});
        } else if (part == "lw") {
            cron.specials_.emplace_back(LastWorkday{});
        } else if (part.ends_with('w')) {
            cron.specials_.emplace_back(
                NearestWorkday{value_of(day_of_month, part.substr(0, part.size() - 1))});
        } else {
            read_values(day_of_month, part, cron.days_, 0);
        }
    }
    for (const auto part :
         split(weekday == "?" ? std::string_view() : std::string_view(weekday), ',')) {
        if (weekday == "?") {
            break;
        }
        const auto hash = part.find('#');
        if (part == "l") {
            cron.weekdays_.set(6);  // as the common libraries read it: the last day of the week
        } else if (hash != std::string_view::npos) {
            const auto nth = number(part.substr(hash + 1));
            if (!nth || *nth < 1 || *nth > 5) {
                refuse(day_of_week, part, "the number after '#' must be from 1 to 5.");
            }
            cron.specials_.emplace_back(
                NthWeekday{value_of(day_of_week, part.substr(0, hash)) - 1, *nth});
        } else if (part.size() > 1 && part.ends_with('l')) {
            cron.specials_.emplace_back(
                LastWeekday{value_of(day_of_week, part.substr(0, part.size() - 1)) - 1});
        } else {
            read_values(day_of_week, part, cron.weekdays_, 1);
        }
    }
    return cron;
}

bool Cron::matches_day(chrono::year_month_day day) const {
    const unsigned number_of_day = static_cast<unsigned>(day.day());
    const chrono::weekday weekday{chrono::sys_days(day)};
    if (days_.test(number_of_day) || weekdays_.test(weekday.c_encoding())) {
        return true;
    }
    const chrono::year_month_day last = day.year() / day.month() / chrono::last;
    struct Matches {
        chrono::year_month_day day, last;
        chrono::weekday weekday;

        bool operator()(LastDay) const { return day == last; }
        bool operator()(LastWorkday) const { return day == nearest_workday(last); }
        bool operator()(NearestWorkday wanted) const {
            return day ==
                   nearest_workday(
                       day.year() / day.month() /
                       chrono::day(static_cast<unsigned>(std::min(
                           wanted.day, static_cast<int>(static_cast<unsigned>(last.day()))))));
        }
        bool operator()(NthWeekday wanted) const {
            return weekday.c_encoding() == static_cast<unsigned>(wanted.weekday) &&
                   (static_cast<int>(static_cast<unsigned>(day.day())) - 1) / 7 + 1 == wanted.nth;
        }
        bool operator()(LastWeekday wanted) const {
            return weekday.c_encoding() == static_cast<unsigned>(wanted.weekday) &&
                   last.day() - day.day() < chrono::days(7);
        }
    };
    const Matches matches{day, last, weekday};
    return std::any_of(specials_.begin(), specials_.end(),
                       [&](const Special& special) { return std::visit(matches, special); });
}

std::optional<chrono::local_time<chrono::minutes>> Cron::first_at_or_after(
    chrono::local_time<chrono::minutes> from) const {
    auto midnight = chrono::floor<chrono::days>(from);
    const auto end = chrono::local_days(chrono::year(last_year + 1) / 1 / 1);
    auto start = from - midnight;  // within the first day
    while (midnight < end) {
        const chrono::year_month_day day(midnight);
        const int years = static_cast<int>(day.year()) - first_year;
        if (years < 0 || !years_.test(static_cast<std::size_t>(years))) {
            midnight = chrono::local_days((day.year() + chrono::years(1)) / 1 / 1);
        } else if (!months_.test(static_cast<unsigned>(day.month()))) {
            midnight = chrono::local_days((day.year() / day.month() + chrono::months(1)) / 1);
        } else {
            if (matches_day(day)) {
                for (auto at = start; at < chrono::days(1); at += chrono::minutes(1)) {
                    const auto of_day = chrono::duration_cast<chrono::minutes>(at).count();
                    if (hours_.test(static_cast<std::size_t>(of_day / 60)) &&
                        minutes_.test(static_cast<std::size_t>(of_day % 60))) {
                        return midnight + chrono::duration_cast<chrono::minutes>(at);
                    }
                }
            }
            midnight += chrono::days(1);
        }
        start = chrono::minutes(0);
    }
    return std::nullopt;
}

}  // namespace goldsmith::service::imagebuilder
