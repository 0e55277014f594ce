#include "db/retry.h"

#include <gtest/gtest.h>

#include <vector>

namespace goldsmith::db {
namespace {

using std::chrono::milliseconds;

struct Waits {
    std::vector<milliseconds> waits;
    RetryPolicy policy{.deadline = milliseconds(20),
                       .first_wait = milliseconds(2),
                       .longest_wait = milliseconds(6),
                       .sleep = [this](milliseconds wait) { waits.push_back(wait); }};
};

TEST(RetryTest, RetriesUntilItIsNoLongerBusy) {
    Waits waits;
    int calls = 0;
    const int result = retry_busy(waits.policy, [&] {
        if (++calls < 4) {
            throw Error(ErrorKind::busy, "busy");
        }
        return calls;
    });
    EXPECT_EQ(result, 4);
    EXPECT_EQ(waits.waits, (std::vector{milliseconds(2), milliseconds(4), milliseconds(6)}));
}

TEST(RetryTest, GivesUpBeforeTheDeadlineIsPassed) {
    Waits waits;
    EXPECT_THROW(retry_busy(waits.policy, [] { throw Error(ErrorKind::busy, "busy"); }), Error);
    EXPECT_EQ(waits.waits,
              (std::vector{milliseconds(2), milliseconds(4), milliseconds(6), milliseconds(6)}));
}

TEST(RetryTest, PassesOtherErrorsOnAtOnce) {
    Waits waits;
    EXPECT_THROW(retry_busy(waits.policy, [] { throw Error(ErrorKind::full, "full"); }), Error);
    EXPECT_TRUE(waits.waits.empty());
}

}  // namespace
}  // namespace goldsmith::db
