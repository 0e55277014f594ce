// Infrastructure and distribution configurations.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class ConfigurationsTest : public ServiceFixture {
protected:
    std::string infrastructure_error(json::object extra) {
        extra["name"] = "machines";
        extra["instanceProfileName"] = "profile";
        extra["clientToken"] = json::value_from(token());
        return error_of("CreateInfrastructureConfiguration", extra);
    }
    std::string distribution_error(json::array distributions) {
        return error_of("CreateDistributionConfiguration",
                        json::object{{"name", "everywhere"},
                                     {"distributions", std::move(distributions)},
                                     {"clientToken", token()}});
    }
    static json::object in(const char* region, const char* name) {
        return {{"region", region}, {"amiDistributionConfiguration", json::object{{"name", name}}}};
    }
};

constexpr auto dated = "x {{ imagebuilder:buildDate }}";

TEST_F(ConfigurationsTest, InfrastructureIsCreatedUpdatedAndDeleted) {
    const auto arn = create_infrastructure("My Machines");
    EXPECT_EQ(arn,
              "arn:aws:imagebuilder:us-east-1:123456789012:infrastructure-configuration/"
              "my-machines");
    const json::object by_arn{{"infrastructureConfigurationArn", arn}};
    auto shown = call("GetInfrastructureConfiguration", by_arn);
    EXPECT_EQ(text("infrastructureConfiguration.terminateInstanceOnFailure", shown), "true");
    EXPECT_EQ(text("infrastructureConfiguration.dateUpdated", shown), "");

    json::object update = by_arn;
    update["instanceProfileName"] = "other";
    update["terminateInstanceOnFailure"] = false;
    update["clientToken"] = json::value_from(token());
    call("UpdateInfrastructureConfiguration", update);
    shown = call("GetInfrastructureConfiguration", by_arn);
    EXPECT_EQ(text("infrastructureConfiguration.name", shown), "My Machines");
    EXPECT_EQ(text("infrastructureConfiguration.instanceProfileName", shown), "other");
    EXPECT_EQ(text("infrastructureConfiguration.terminateInstanceOnFailure", shown), "false");
    EXPECT_NE(text("infrastructureConfiguration.dateUpdated", shown), "");

    call("DeleteInfrastructureConfiguration", by_arn);
    EXPECT_TRUE(error_of("GetInfrastructureConfiguration", by_arn)
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(ConfigurationsTest, InfrastructureRulesAreChecked) {
    EXPECT_TRUE(infrastructure_error({{"subnetId", "subnet-1"}})
                    .starts_with("InvalidParameterCombinationException"));
    EXPECT_THAT(
        infrastructure_error(
            {{"subnetId", "subnet-1"}, {"securityGroupIds", json::array{"default"}}}),
        testing::AllOf(testing::StartsWith("InvalidParameterValueException"),
                       testing::HasSubstr("'subnetId' is not valid. There is no subnet 'subnet-1'"),
                       testing::HasSubstr("default (subnet-")));
    EXPECT_THAT(infrastructure_error({{"securityGroupIds", json::array{"default", "sg-1"}}}),
                testing::AllOf(testing::StartsWith("InvalidParameterValueException"),
                               testing::HasSubstr("'securityGroupIds' is not valid.")));
    EXPECT_TRUE(infrastructure_error({{"resourceTags", json::object{{"Name", "x"}}}})
                    .starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(infrastructure_error(
                    {{"placement", json::object{{"tenancy", "default"}, {"hostId", "h-1"}}}})
                    .starts_with("InvalidParameterCombinationException"));
    create_infrastructure("machines");
    EXPECT_TRUE(infrastructure_error({}).starts_with("ResourceAlreadyExistsException"));
}

TEST_F(ConfigurationsTest, DistributionIsCreatedAndShown) {
    const auto arn = create_distribution("everywhere");
    const auto shown =
        call("GetDistributionConfiguration", {{"distributionConfigurationArn", arn}});
    EXPECT_EQ(text("distributionConfiguration.timeoutMinutes", shown), "720");
    EXPECT_EQ(text("distributionConfiguration.distributions.1.region", shown), "us-west-2");
    const auto list = call("ListDistributionConfigurations", json::object{});
    EXPECT_EQ(text("distributionConfigurationSummaryList.0.regions", list),
              "[\"us-east-1\",\"us-west-2\"]");
}

TEST_F(ConfigurationsTest, DistributionRulesAreChecked) {
    EXPECT_TRUE(distribution_error({in("us-east-1", "no date")})
                    .starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(
        distribution_error({in("mars-1", dated)}).starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(distribution_error({in("us-east-1", dated), in("us-east-1", dated)})
                    .starts_with("InvalidParameterCombinationException"));
    EXPECT_TRUE(distribution_error({json::object{{"region", "us-east-1"}}})
                    .starts_with("InvalidParameterCombinationException"));
    EXPECT_TRUE(distribution_error({in("us-east-1", "x {{imagebuilder:buildDate:yyyyMMdd}}")})
                    .starts_with("no error"));
}

TEST_F(ConfigurationsTest, CannotBeDeletedWhileAPipelineNeedsThem) {
    const auto infrastructure = create_infrastructure("web");
    const auto distribution = create_distribution("web");
    call("CreateImagePipeline",
         json::object{{"name", "web"},
                      {"imageRecipeArn", create_recipe("web", create_component("web"))},
                      {"infrastructureConfigurationArn", infrastructure},
                      {"distributionConfigurationArn", distribution},
                      {"clientToken", token()}});
    EXPECT_TRUE(error_of("DeleteInfrastructureConfiguration",
                         {{"infrastructureConfigurationArn", infrastructure}})
                    .starts_with("ResourceDependencyException"));
    EXPECT_TRUE(error_of("DeleteDistributionConfiguration",
                         {{"distributionConfigurationArn", distribution}})
                    .starts_with("ResourceDependencyException"));
}

}  // namespace
}  // namespace goldsmith::service
