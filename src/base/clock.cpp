#include "base/clock.h"

#include <cstdio>

namespace goldsmith::base {

namespace chr = std::chrono;

Time SystemClock::now() const {
    return chr::time_point_cast<chr::milliseconds>(chr::system_clock::now());
}

FakeClock::FakeClock(Time start) : milliseconds_(start.time_since_epoch().count()) {}

Time FakeClock::now() const {
    return Time(chr::milliseconds(milliseconds_.load()));
}

void FakeClock::advance(chr::milliseconds by) {
    milliseconds_ += by.count();
}

namespace {

struct Fields {
    int year, month, day, hour, minute, second, millisecond;
};

Fields fields_of(Time time) {
    const auto day = chr::floor<chr::days>(time);
    const chr::year_month_day date(day);
    const chr::hh_mm_ss clock(time - day);
    return {int(date.year()),
            static_cast<int>(unsigned(date.month())),
            static_cast<int>(unsigned(date.day())),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count()),
            static_cast<int>(clock.subseconds().count())};
}

std::optional<Time> time_of(const Fields& f) {
    const chr::year_month_day date(chr::year(f.year), chr::month(static_cast<unsigned>(f.month)),
                                   chr::day(static_cast<unsigned>(f.day)));
    if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) {
        return std::nullopt;
    }
    return Time(chr::sys_days(date)) + chr::hours(f.hour) + chr::minutes(f.minute) +
           chr::seconds(f.second) + chr::milliseconds(f.millisecond);
}

/// Reads exactly `digits` decimal digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// For the years that people live in: several times in every request, so without snprintf.
std::string plain_iso8601(const Fields& f) {
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t last, int number) {
        for (; number > 0; number /= 10) {
            text[last--] = static_cast<char>('0' + number % 10);
        }
    };
    put(3, f.year);
    put(6, f.month);
    put(9, f.day);
    put(12, f.hour);
    put(15, f.minute);
    put(18, f.second);
    put(22, f.millisecond);
    return text;
}

/// Digits after the decimal point, cut to milliseconds; false on an empty fraction.
bool take_fraction(std::string_view& text, int& milliseconds) {
    int scale = 100;
    bool any = false;
    milliseconds = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        milliseconds += (text.front() - '0') * scale;
        scale /= 10;
        any = true;
        text.remove_prefix(1);
    }
    return any;
}

/// "Z" or "+hh:mm" / "-hh:mm", and nothing after it.
std::optional<chr::minutes> take_zone(std::string_view text) {
    if (text == "Z") {
        return chr::minutes(0);
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = take_number(text, 2);
    if (!hours || !take(text, ':')) {
        return std::nullopt;
    }
    const auto minutes = take_number(text, 2);
    if (!minutes) {
        return std::nullopt;
    }
    return chr::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::string format_iso8601(Time time) {
    const Fields f = fields_of(time);
    if (f.year >= 0 && f.year <= 9999) {
        return plain_iso8601(f);
    }
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month, f.day,
                  f.hour, f.minute, f.second, f.millisecond);
    return text;
}

std::string format_iso8601_basic(Time time) {
    const Fields f = fields_of(time);
    char text[48];
    std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", f.year, f.month, f.day, f.hour,
                  f.minute, f.second);
    return text;
}

std::optional<Time> parse_iso8601(std::string_view text) {
    Fields f{};
    const auto part = [&](int& to, std::size_t digits, char after) {
        const auto number = take_number(text, digits);
        to = number.value_or(0);
        return number && (after == '\0' || take(text, after));
    };
    if (!part(f.year, 4, '-') || !part(f.month, 2, '-') || !part(f.day, 2, 'T') ||
        !part(f.hour, 2, ':') || !part(f.minute, 2, ':') || !part(f.second, 2, '\0')) {
        return std::nullopt;
    }
    if (take(text, '.') && !take_fraction(text, f.millisecond)) {
        return std::nullopt;
    }
    const auto zone = take_zone(text);
    const auto time = time_of(f);
    if (!zone || !time) {
        return std::nullopt;
    }
    return *time - *zone;
}

std::optional<Time> parse_iso8601_basic(std::string_view text) {
    Fields f{};
    const auto part = [&](int& to, std::size_t digits) {
        const auto number = take_number(text, digits);
        to = number.value_or(0);
        return number.has_value();
    };
    if (!part(f.year, 4) || !part(f.month, 2) || !part(f.day, 2) || !take(text, 'T') ||
        !part(f.hour, 2) || !part(f.minute, 2) || !part(f.second, 2) || text != "Z") {
        return std::nullopt;
    }
    return time_of(f);
}

}  // namespace goldsmith::base
