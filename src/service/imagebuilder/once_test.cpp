// Client tokens: one effect per token, whoever asks how often.
#include <boost/json.hpp>

#include <latch>
#include <thread>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class OnceTest : public ServiceFixture {
protected:
    json::object input(const std::string& name) {
        return {{"name", name}, {"instanceProfileName", "profile"}, {"clientToken", "the-token"}};
    }
    std::size_t count() {
        return call("ListInfrastructureConfigurations", json::object{})
            .at("infrastructureConfigurationSummaryList")
            .as_array()
            .size();
    }
};

constexpr auto create = "CreateInfrastructureConfiguration";

TEST_F(OnceTest, TheSameRequestGetsTheFirstAnswerAgain) {
    const auto first = call(create, input("web"));
    const auto second = call(create, input("web"));
    EXPECT_EQ(text("infrastructureConfigurationArn", first),
              text("infrastructureConfigurationArn", second));
    EXPECT_EQ(text("clientToken", second), "the-token");
    EXPECT_EQ(count(), 1U);
    // A default spelt out is the same request as one left out.
    json::object spelt = input("web");
    spelt["terminateInstanceOnFailure"] = true;
    EXPECT_EQ(text("infrastructureConfigurationArn", call(create, spelt)),
              text("infrastructureConfigurationArn", first));
}

TEST_F(OnceTest, OtherParametersAreRefused) {
    call(create, input("web"));
    EXPECT_TRUE(
        error_of(create, input("other")).starts_with("IdempotentParameterMismatchException"));
    EXPECT_EQ(count(), 1U);
}

TEST_F(OnceTest, TokensAreOfOneOperationAndRegionForEver) {
    call(create, input("web"));
    call("CreateDistributionConfiguration",
         {{"name", "web"},
          {"clientToken", "the-token"},
          {"distributions",
           json::array{{{"region", "us-east-1"},
                        {"amiDistributionConfiguration", json::object{{"description", "d"}}}}}}});
    context_.region = "us-west-2";
    call(create, input("other"));
    context_.region = "us-east-1";
    context_.now += std::chrono::years(10);
    EXPECT_TRUE(
        error_of(create, input("other")).starts_with("IdempotentParameterMismatchException"));
    EXPECT_EQ(text("infrastructureConfigurationArn", call(create, input("web"))),
              "arn:aws:imagebuilder:us-east-1:123456789012:infrastructure-configuration/web");
    EXPECT_EQ(count(), 1U);
}

TEST_F(OnceTest, AFailedRequestBindsNothing) {
    json::object bad = input("web");
    bad["subnetId"] = "subnet-1";
    EXPECT_TRUE(error_of(create, bad).starts_with("InvalidParameterCombinationException"));
    call(create, input("web"));
    EXPECT_EQ(count(), 1U);
}

TEST_F(OnceTest, TwoThreadsWithOneTokenMakeOneResource) {
    constexpr int threads = 4;
    std::latch start(threads);
    std::vector<std::string> arns(threads);
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < threads; ++i) {
            workers.emplace_back([&, i] {
                start.arrive_and_wait();
                arns[static_cast<std::size_t>(i)] =
                    text("infrastructureConfigurationArn", call(create, input("web")));
            });
        }
    }
    for (const auto& arn : arns) {
        EXPECT_EQ(arn, arns[0]);
    }
    EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace goldsmith::service
