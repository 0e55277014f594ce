#include "base/clock.h"

#include <gtest/gtest.h>

namespace goldsmith::base {
namespace {

TEST(Clock, FormatsAndParsesBothForms) {
    const auto time = parse_iso8601("2023-03-10T01:04:40.609Z");
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(format_iso8601(*time), "2023-03-10T01:04:40.609Z");
    EXPECT_EQ(format_iso8601_basic(*time), "20230310T010440Z");
    EXPECT_EQ(parse_iso8601_basic("20230310T010440Z"), *time - std::chrono::milliseconds(609));
}

TEST(Clock, ZonesAndFractions) {
    EXPECT_EQ(parse_iso8601("2023-03-10T03:04:40+02:00"), parse_iso8601("2023-03-10T01:04:40Z"));
    EXPECT_EQ(parse_iso8601("2023-03-10T01:04:40.6091234Z"),
              parse_iso8601("2023-03-10T01:04:40.609Z"));
    EXPECT_EQ(parse_iso8601("1969-12-31T23:59:59.999Z")->time_since_epoch().count(), -1);
}

TEST(Clock, RefusesWhatIsNotATime) {
    for (const char* text :
         {"", "2023", "2023-02-30T00:00:00Z", "2023-03-10T25:00:00Z", "2023-03-10T01:04:40",
          "2023-03-10T01:04:40.Z", "x023-03-10T01:04:40Z", "2023-03-10T01:04:40Zjunk"}) {
        EXPECT_FALSE(parse_iso8601(text).has_value()) << text;
    }
    EXPECT_FALSE(parse_iso8601_basic("20230310T010440").has_value());
}

TEST(Clock, FakeStandsStill) {
    FakeClock clock(Time(std::chrono::milliseconds(5)));
    EXPECT_EQ(clock.now(), clock.now());
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(clock.now().time_since_epoch().count(), 1005);
}

}  // namespace
}  // namespace goldsmith::base
