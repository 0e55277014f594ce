// Schedule expressions: the next moments of each, and what is refused with which words.
#include "service/imagebuilder/schedule.h"

#include <gtest/gtest.h>

#include "api/error.h"

namespace goldsmith::service::imagebuilder {
namespace {

base::Time at(std::string_view text) {
    return base::parse_iso8601(text).value();
}

struct Row {
    std::string expression, timezone, after, next;  // "" : never again
};

TEST(ScheduleTest, KnowsItsNextMoment) {
    const Row rows[] = {
        {"cron(0 0 * * ? *)", "UTC", "2026-11-25T10:00:00Z", "2026-11-26T00:00:00.000Z"},
        {"cron(0 0 * * ? *)", "UTC", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00.000Z"},
        {"cron(0 0 * * SUN *)", "UTC", "2026-11-25T10:00:00Z", "2026-11-29T00:00:00.000Z"},
        {"cron(0 0 * * 1)", "UTC", "2026-11-25T10:00:00Z", "2026-11-29T00:00:00.000Z"},
        {"cron(*/15 8-9 ? jan,mar mon-fri *)", "UTC", "2026-11-25T10:00:00Z",
         "2027-01-01T08:00:00.000Z"},
        {"cron(5/20 12 1 * ? *)", "UTC", "2026-12-01T12:05:00Z", "2026-12-01T12:25:00.000Z"},
        {"cron(0 12 L * ? *)", "UTC", "2027-02-01T00:00:00Z", "2027-02-28T12:00:00.000Z"},
        {"cron(0 12 LW 2 ? *)", "UTC", "2027-02-01T00:00:00Z", "2027-02-26T12:00:00.000Z"},
        {"cron(0 12 15W 11 ? *)", "UTC", "2026-11-01T00:00:00Z", "2026-11-16T12:00:00.000Z"},
        {"cron(0 12 1W 8 ? *)", "UTC", "2026-07-30T00:00:00Z", "2026-08-03T12:00:00.000Z"},
        {"cron(0 12 ? * fri#2 *)", "UTC", "2026-11-01T00:00:00Z", "2026-11-13T12:00:00.000Z"},
        {"cron(0 12 ? * 5L *)", "UTC", "2026-11-01T00:00:00Z", "2026-11-26T12:00:00.000Z"},
        {"cron(0 12 ? * L *)", "UTC", "2026-11-25T00:00:00Z", "2026-11-28T12:00:00.000Z"},
        {"cron(0 0 29 2 ? *)", "UTC", "2026-11-25T00:00:00Z", "2028-02-29T00:00:00.000Z"},
        {"cron(0 0 1 1 ? 2020-2026)", "UTC", "2026-11-25T00:00:00Z", ""},
        {"cron(0 0 30 2 ? *)", "UTC", "2026-11-25T00:00:00Z", ""},
        {"cron(0 0 1 1 ? 2199)", "UTC", "2026-11-25T00:00:00Z", "2199-01-01T00:00:00.000Z"},
        {"cron(0 8 * * ? *)", "Europe/Berlin", "2026-11-25T10:00:00Z", "2026-11-26T07:00:00.000Z"},
        // 02:30 does not exist on 2027-03-28 in Berlin: the first minute after the gap.
        {"cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00.000Z"},
        // 02:30 is there twice on 2026-10-25: the first counts, and only the first.
        {"cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00.000Z"},
        {"cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00.000Z"},
        {"rate(1 hour)", "UTC", "2026-11-25T10:20:00Z", "2026-11-25T11:00:00.000Z"},
        {"rate(5 minutes)", "UTC", "2026-11-25T10:05:00Z", "2026-11-25T10:10:00.000Z"},
        {"rate(1 day)", "UTC", "2026-11-25T10:20:00Z", "2026-11-26T00:00:00.000Z"},
    };
    const base::Time created = at("2026-11-25T00:00:00Z");
    for (const Row& row : rows) {
        const auto next =
            Schedule::parse(row.expression, row.timezone)->next(at(row.after), created);
        EXPECT_EQ(next ? base::format_iso8601(*next) : "", row.next)
            << row.expression << " " << row.timezone << " after " << row.after;
    }
}

TEST(ScheduleTest, RefusesWhatItDoesNotUnderstand) {
    const std::pair<std::string, std::string> rows[] = {
        {"cron(0 0 * *)", "six fields"},
        {"cron()", "six fields"},
        {"cron(60 0 * * ? *)", "'minute' is '60': expected a value from 0 to 59"},
        {"cron(0 24 * * ? *)", "'hour'"},
        {"cron(0 0 32 * ? *)", "'day of month'"},
        {"cron(0 0 0 * ? *)", "'day of month'"},
        {"cron(0 0 * 13 ? *)", "'month'"},
        {"cron(0 0 ? * 8 *)", "'day of week'"},
        {"cron(0 0 ? * fri#6 *)", "'#'"},
        {"cron(0 0 * * ? 1969)", "'year'"},
        {"cron(0 0 ? * ? *)", "both be '?'"},
        {"cron(0 0 1 * 2 *)", "must be '?'"},
        {"cron(5-1 0 * * ? *)", "backwards"},
        {"cron(*/0 0 * * ? *)", "step"},
        {"cron(a 0 * * ? *)", "'minute' is 'a'"},
        {"cron(99999999999999999999 0 * * ? *)", "'minute'"},
        {"cron(0 0 , * ? *)", "'day of month'"},
        {"rate(0 minutes)", "Expected rate"},
        {"rate(1 hours)", "Expected rate"},
        {"rate(5 hour)", "Expected rate"},
        {"rate(-5 hours)", "Expected rate"},
        {"rate(5 weeks)", "Expected rate"},
        {"rate(99999999999999999999 days)", "Expected rate"},
        {"rate(5)", "Expected rate"},
        {"rate()", "Expected rate"},
        {"0 0 * * ? *", "Expected cron(...) or rate(...)"},
        {"cron(", "Expected cron(...) or rate(...)"},
    };
    for (const auto& [expression, words] : rows) {
        try {
            Schedule::parse(expression, "UTC");
            ADD_FAILURE() << expression << " was taken";
        } catch (const api::ApiError& error) {
            EXPECT_EQ(error.code(), "InvalidRequestException");
            EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find("schedule.scheduleExpression"),
                      std::string::npos);
        }
    }
}

TEST(ScheduleTest, RefusesTimeZonesThatAreNone) {
    for (const char* zone : {"Mars/Olympus", "../../etc/passwd", "/etc/localtime", "file:x"}) {
        try {
            Schedule::parse("cron(0 0 * * ? *)", zone);
            ADD_FAILURE() << zone << " was taken";
        } catch (const api::ApiError& error) {
            EXPECT_NE(std::string(error.what()).find("schedule.timezone"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace goldsmith::service::imagebuilder
