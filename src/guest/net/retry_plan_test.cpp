#include "guest/net/retry_plan.h"

#include <gtest/gtest.h>

namespace goldsmith::guest {
namespace {

using namespace std::chrono_literals;

TEST(RetryPlan, BacksOffWithJitterAndEnds) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        base::SeededRandom random(seed);
        RetryPlan plan({5, 1000ms, 3000ms}, random);
        for (const auto longest : {1000ms, 2000ms, 3000ms, 3000ms}) {
            const auto delay = plan.next_delay();
            ASSERT_TRUE(delay);
            EXPECT_GE(*delay, longest / 2);
            EXPECT_LE(*delay, longest);
        }
        EXPECT_FALSE(plan.next_delay());
        EXPECT_EQ(plan.failed_attempts(), 5);
    }
}

TEST(RetryPlan, DoesWhatTheServerAsksFor) {
    base::SeededRandom random(1);
    RetryPlan plan({9, 1ms, 1ms}, random);
    EXPECT_EQ(plan.next_delay(7s), 7000ms);
    EXPECT_EQ(plan.next_delay(300s), 300s);
    EXPECT_FALSE(plan.next_delay(301s)) << "so long nobody waits";
}

TEST(RetryPlan, ManyAttemptsDoNotOverflow) {
    base::SeededRandom random(1);
    RetryPlan plan({1000, 60'000ms, 60'000ms}, random);
    for (int i = 0; i < 999; ++i) {
        const auto delay = plan.next_delay();
        ASSERT_TRUE(delay);
        EXPECT_GE(*delay, 30s);
        EXPECT_LE(*delay, 60s);
    }
}

TEST(RetryAfter, InBothForms) {
    const base::FakeClock clock(*base::parse_iso8601("2026-10-21T07:28:00Z"));
    EXPECT_EQ(parse_retry_after("120", clock.now()), 120s);
    EXPECT_EQ(parse_retry_after("0", clock.now()), 0s);
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2026 07:28:30 GMT", clock.now()), 30s);
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:30 GMT", clock.now()), 0s);
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 1013 07:28:00 GMT", clock.now()), 0s);
    EXPECT_GT(parse_retry_after("Wed, 21 Oct 9999 07:28:00 GMT", clock.now()), 24h * 365 * 7000);
    for (const char* text : {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026", "99999999999999999999"}) {
        EXPECT_FALSE(parse_retry_after(text, clock.now())) << text;
    }
}

}  // namespace
}  // namespace goldsmith::guest
