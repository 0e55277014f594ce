#include "daemon/throttle.h"

#include <gtest/gtest.h>

namespace goldsmith::daemon {
namespace {

using std::chrono::milliseconds;

constexpr base::Time start{milliseconds(1'795'608'000'000)};

class ThrottleTest : public testing::Test {
protected:
    bool take(CallClass kind, const std::string& account = "1", milliseconds at = {}) {
        return !throttle_.take(account, "us-east-1", "ec2", kind, start + at);
    }

    Throttle throttle_{{.enabled = true, .read = {10, 3}, .write = {1, 1}, .build = {1, 1}}};
};

TEST_F(ThrottleTest, LetsABurstPassAndThenTheRate) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(take(CallClass::read));
    }
    EXPECT_FALSE(take(CallClass::read));
    EXPECT_FALSE(take(CallClass::read, "1", milliseconds(99)));
    EXPECT_TRUE(take(CallClass::read, "1", milliseconds(100)));
    EXPECT_FALSE(take(CallClass::read, "1", milliseconds(150)));
    int passed = 0;
    for (int i = 0; i < 10; ++i) {  // a long pause fills the bucket, not more
        passed += take(CallClass::read, "1", milliseconds(60'000)) ? 1 : 0;
    }
    EXPECT_EQ(passed, 3);
}

TEST_F(ThrottleTest, CountsAccountsAndClassesApart) {
    EXPECT_TRUE(take(CallClass::write));
    EXPECT_FALSE(take(CallClass::write));
    EXPECT_TRUE(take(CallClass::write, "2"));
    EXPECT_TRUE(take(CallClass::read));
    EXPECT_TRUE(take(CallClass::build));
}

TEST_F(ThrottleTest, SaysHowLongToWait) {
    EXPECT_FALSE(throttle_.take("1", "r", "s", CallClass::write, start));
    const auto wait = throttle_.take("1", "r", "s", CallClass::write, start + milliseconds(400));
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, milliseconds(600));
    EXPECT_LE(*wait, milliseconds(601));
    EXPECT_FALSE(
        throttle_.take("1", "r", "s", CallClass::write, start + milliseconds(400) + *wait));
}

TEST_F(ThrottleTest, AClockThatGoesBackGivesNothingAndTakesNothing) {
    EXPECT_TRUE(take(CallClass::write, "1", milliseconds(5000)));
    EXPECT_FALSE(take(CallClass::write, "1", milliseconds(0)));
    EXPECT_TRUE(take(CallClass::write, "1", milliseconds(6000)));
}

TEST(Throttling, IsOffUnlessAskedFor) {
    Throttle throttle{{}};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(throttle.take("1", "r", "s", CallClass::build, start));
    }
}

TEST(Throttling, AnswersAsEachServiceDoes) {
    const auto answer = [](const char* service) {
        const auto failure = throttling_failure(service, milliseconds(1200));
        EXPECT_EQ(failure.headers.get("Retry-After"), "2");
        return failure.code + " " + std::to_string(failure.status);
    };
    EXPECT_EQ(answer("imagebuilder"), "CallRateLimitExceededException 429");
    EXPECT_EQ(answer("ec2"), "RequestLimitExceeded 503");
    EXPECT_EQ(answer("sts"), "Throttling 400");
    EXPECT_EQ(answer("logs"), "ThrottlingException 400");
}

TEST(CallClass, FollowsTheNamesOfOperations) {
    EXPECT_EQ(call_class("GetImage"), CallClass::read);
    EXPECT_EQ(call_class("DescribeImages"), CallClass::read);
    EXPECT_EQ(call_class("CreateComponent"), CallClass::write);
    EXPECT_EQ(call_class("PutImagePolicy"), CallClass::write);
    EXPECT_EQ(call_class("AssumeRole"), CallClass::write);
    EXPECT_EQ(call_class("GetSessionToken"), CallClass::write);
    EXPECT_EQ(call_class("CreateImage"), CallClass::build);
    EXPECT_EQ(call_class("CreateImageRecipe"), CallClass::write);
    EXPECT_EQ(call_class(""), CallClass::write);
}

}  // namespace
}  // namespace goldsmith::daemon
