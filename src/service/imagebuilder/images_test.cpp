#include <boost/json.hpp>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/executions.h"
#include "state/images.h"
#include "state/managed_images.h"
#include "workflow/plan.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class ImagesTest : public ServiceFixture {
protected:
    std::shared_ptr<const workflow::Plan> plan_of(const std::string& image_arn) {
        return database_->read([&](db::Connection& connection) {
            const auto execution = state::find_execution_of_image(connection, image_arn);
            return execution ? workflow::plan_from_json(execution->plan) : nullptr;
        });
    }
};

TEST_F(ImagesTest, CreateImageFreezesEverythingAndStartsItsExecution) {
    const auto arn = create_image("Web Server");
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:image/web-server/1.0.0/1");
    const auto shown = call("GetImage", {{"imageBuildVersionArn", arn}});
    EXPECT_EQ(text("image.state.status", shown), "PENDING");
    EXPECT_EQ(text("image.version", shown), "1.0.0/1");
    EXPECT_EQ(text("image.name", shown), "Web Server");
    EXPECT_EQ(text("image.buildType", shown), "USER_INITIATED");
    EXPECT_EQ(text("image.imageSource", shown), "AMAZON_MANAGED");
    EXPECT_EQ(text("image.imageTestsConfiguration.timeoutMinutes", shown), "720");
    EXPECT_EQ(text("image.outputResources.amis", shown), "[]");
    EXPECT_EQ(text("image.tags", shown), "{}");
    EXPECT_EQ(text("image.imageRecipe.components.0.componentArn", shown),
              "arn:aws:imagebuilder:us-east-1:123456789012:component/web-server/1.0.0/1");
    EXPECT_EQ(text("image.distributionConfiguration.distributions.1.region", shown), "us-west-2");

    const auto plan = plan_of(arn);
    ASSERT_NE(plan, nullptr);
    EXPECT_EQ(*notified_.lock(), std::vector{plan->execution_id});
    EXPECT_EQ(plan->image_arn, arn);
    EXPECT_EQ(plan->workflows.size(), 3U);
    EXPECT_EQ(text("parent", plan->settings),
              R"({"kind":"managed","name":"debian-12-x86","version":"x.x.x"})");
    EXPECT_EQ(text("components.0.data", plan->settings), component_document());
    EXPECT_EQ(text("logGroup", plan->settings), "/aws/imagebuilder/Web-Server");
    EXPECT_EQ(text("logStream", plan->settings), "1.0.0/1");
    EXPECT_EQ(text("imageBuildNumber", plan->system_variables), "1");
    EXPECT_EQ(text("sourceImageARN", plan->system_variables), arn);
}

TEST_F(ImagesTest, WhatDocumentsRunByArnIsFrozenToo) {
    const std::string base = "arn:aws:imagebuilder:us-east-1:123456789012:component/";
    create_component("deepest");
    create_component("deep", "1.2.0", component_document("echo " + base + "deepest/x.x.x"));
    const auto top = create_component(
        "top", "1.0.0",
        component_document("echo " + base + "deep/1.2.0 " + base + "missing/1.0.0"));
    const auto answer =
        call("CreateImage", {{"imageRecipeArn", create_recipe("nesting", top)},
                             {"infrastructureConfigurationArn", create_infrastructure("nesting")},
                             {"clientToken", token()}});
    const auto plan = plan_of(text("imageBuildVersionArn", answer));
    ASSERT_NE(plan, nullptr);
    ASSERT_EQ(plan->settings.at("nestedComponents").as_array().size(), 2U);
    EXPECT_EQ(text("nestedComponents.0.arn", plan->settings), base + "deep/1.2.0");
    EXPECT_EQ(text("nestedComponents.0.resolvedArn", plan->settings), base + "deep/1.2.0/1");
    EXPECT_EQ(text("nestedComponents.1.arn", plan->settings), base + "deepest/x.x.x");
    EXPECT_EQ(text("nestedComponents.1.resolvedArn", plan->settings), base + "deepest/1.0.0/1");
    EXPECT_EQ(text("nestedComponents.1.data", plan->settings), component_document());
}

TEST_F(ImagesTest, AFailedCreateLeavesNothing) {
    const auto recipe = create_recipe("web", create_component("web"));
    const auto error =
        error_of("CreateImage",
                 {{"imageRecipeArn", recipe},
                  {"infrastructureConfigurationArn",
                   "arn:aws:imagebuilder:us-east-1:123456789012:infrastructure-configuration/none"},
                  {"clientToken", token()}});
    EXPECT_TRUE(error.starts_with("ResourceNotFoundException")) << error;
    EXPECT_TRUE(
        error_of("CreateImage", {{"infrastructureConfigurationArn", create_infrastructure("web")},
                                 {"clientToken", token()}})
            .starts_with("InvalidRequestException"));
    EXPECT_TRUE(
        call("ListImageBuildVersions", json::object{}).at("imageSummaryList").as_array().empty());
    EXPECT_TRUE(notified_.lock()->empty());
}

TEST_F(ImagesTest, ResolvesWildcardRecipesAndComponentsWhenItIsCreated) {
    create_component("web", "1.0.0");
    const auto recipe =
        create_recipe("web", "arn:aws:imagebuilder:us-east-1:123456789012:component/web/x.x.x");
    create_component("web", "2.0.0");
    const auto arn = text(
        "imageBuildVersionArn",
        call("CreateImage", {{"imageRecipeArn",
                              "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/web/x.x.x"},
                             {"infrastructureConfigurationArn", create_infrastructure("web")},
                             {"clientToken", token()}}));
    const auto shown = call("GetImage", {{"imageBuildVersionArn", arn}});
    EXPECT_EQ(text("image.imageRecipe.arn", shown), recipe);
    EXPECT_EQ(text("image.imageRecipe.components.0.componentArn", shown),
              "arn:aws:imagebuilder:us-east-1:123456789012:component/web/2.0.0/1");
    EXPECT_EQ(text("image.distributionConfiguration", shown), "");
}

TEST_F(ImagesTest, UsesAnOwnImageAsParentOnceItIsAvailable) {
    const auto parent = create_image("base");
    const json::object recipe{{"name", "child"},
                              {"semanticVersion", "1.0.0"},
                              {"parentImage", parent},
                              {"clientToken", token()}};
    const auto recipe_arn = text("imageRecipeArn", call("CreateImageRecipe", recipe));
    const json::object order{{"imageRecipeArn", recipe_arn},
                             {"infrastructureConfigurationArn", create_infrastructure("child")},
                             {"clientToken", token()}};
    EXPECT_NE(error_of("CreateImage", order).find("no build that is AVAILABLE"), std::string::npos);
    database_->write([&](db::Transaction& transaction) {
        state::set_image_status(transaction, parent, "AVAILABLE", std::nullopt, 0);
        state::set_output_resources(
            transaction, parent,
            R"({"amis":[{"region":"us-east-1","image":"ami-0123456789abcdef0"}]})", 0);
        state::set_os_version(transaction, parent, "Debian GNU/Linux 12", 0);
    });
    const auto arn = text("imageBuildVersionArn", call("CreateImage", order));
    EXPECT_EQ(text("parent", plan_of(arn)->settings),
              R"({"kind":"ami","imageId":"ami-0123456789abcdef0"})");
    EXPECT_TRUE(error_of("DeleteImage", {{"imageBuildVersionArn", parent}})
                    .starts_with("ResourceDependencyException"));
}

TEST_F(ImagesTest, ShowsWhatTheBuildReports) {
    const auto arn = create_image("web");
    database_->write([&](db::Transaction& transaction) {
        state::set_image_status(transaction, arn, "FAILED", "it broke", 0);
        state::set_packages(transaction, arn, {{"bash", "5.2"}, {"curl", "7.88"}, {"sed", "4.9"}});
    });
    const auto shown = call("GetImage", {{"imageBuildVersionArn", arn}});
    EXPECT_EQ(text("image.state.status", shown), "FAILED");
    EXPECT_EQ(text("image.state.reason", shown), "it broke");
    const auto packages =
        all_pages("ListImagePackages", {{"imageBuildVersionArn", arn}}, "imagePackageList", 2);
    ASSERT_EQ(packages.size(), 3U);
    EXPECT_EQ(text("packageName", packages[2]), "sed");
    EXPECT_TRUE(error_of("ListImagePackages", {{"imageBuildVersionArn", arn + "9"}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(ImagesTest, CancelAndRetryLeaveRequestsForTheEngine) {
    const auto arn = create_image("web");
    const auto request = [&] {
        return json::object{{"imageBuildVersionArn", arn}, {"clientToken", token()}};
    };
    EXPECT_TRUE(error_of("RetryImage", request()).starts_with("InvalidRequestException"));
    EXPECT_TRUE(error_of("DeleteImage", {{"imageBuildVersionArn", arn}})
                    .starts_with("InvalidRequestException"));
    call("CancelImageCreation", request());
    EXPECT_EQ(notified_.lock()->size(), 2U);
    set_image_status(arn, "CANCELLED");
    EXPECT_TRUE(error_of("CancelImageCreation", request()).starts_with("InvalidRequestException"));
    call("RetryImage", request());
    EXPECT_EQ(notified_.lock()->size(), 3U);
    call("DeleteImage", {{"imageBuildVersionArn", arn}});
    EXPECT_TRUE(error_of("GetImage", {{"imageBuildVersionArn", arn}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_EQ(plan_of(arn), nullptr);
}

TEST_F(ImagesTest, ShowsManagedImagesInEveryRegionOncePulled) {
    EXPECT_TRUE(
        call("ListImages", {{"owner", "Amazon"}}).at("imageVersionList").as_array().empty());
    database_->write([](db::Transaction& transaction) {
        state::ManagedImage image{.name = "debian-12-x86",
                                  .version = api::parse_version("12.15.20261123").value(),
                                  .os_version = "Debian GNU/Linux 12"};
        image.amis = {{"us-east-1", "ami-0123456789abcdef0"}};
        state::put_managed_image(transaction, image, "us-east-1", 1000);
        state::put_managed_image(transaction, image, "us-east-1", 2000);
    });
    context_.region = "eu-west-1";
    const auto list = call("ListImages", {{"owner", "Amazon"}});
    ASSERT_EQ(list.at("imageVersionList").as_array().size(), 1U);
    EXPECT_EQ(text("imageVersionList.0.arn", list),
              "arn:aws:imagebuilder:eu-west-1:aws:image/debian-12-x86/12.15.20261123");
    const auto shown = call("GetImage", {{"imageBuildVersionArn",
                                          "arn:aws:imagebuilder:eu-west-1:aws:image/"
                                          "debian-12-x86/x.x.x"}});
    EXPECT_EQ(text("image.arn", shown),
              "arn:aws:imagebuilder:eu-west-1:aws:image/debian-12-x86/12.15.20261123/1");
    EXPECT_EQ(text("image.state.status", shown), "AVAILABLE");
    EXPECT_TRUE(error_of("DeleteImage", {{"imageBuildVersionArn", text("image.arn", shown)}})
                    .starts_with("ForbiddenException"));

    context_.region = "us-east-1";
    const auto arn = create_image("web");
    EXPECT_EQ(text("parent.version", plan_of(arn)->settings), "12.15.20261123");
    EXPECT_EQ(
        text("image.imageRecipe.parentImage", call("GetImage", {{"imageBuildVersionArn", arn}})),
        "arn:aws:imagebuilder:us-east-1:aws:image/debian-12-x86/12.15.20261123/1");
}

TEST_F(ImagesTest, ListsVersionsAndBuilds) {
    const auto first = create_image("web");
    const json::object again{
        {"imageRecipeArn", "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/web/1.0.0"},
        {"infrastructureConfigurationArn",
         "arn:aws:imagebuilder:us-east-1:123456789012:infrastructure-configuration/web"},
        {"clientToken", token()}};
    const auto second = text("imageBuildVersionArn", call("CreateImage", again));
    EXPECT_TRUE(second.ends_with("/1.0.0/2"));
    EXPECT_EQ(call("ListImages", json::object{}).at("imageVersionList").as_array().size(), 1U);
    const auto builds = all_pages("ListImageBuildVersions", {}, "imageSummaryList", 1);
    ASSERT_EQ(builds.size(), 2U);
    EXPECT_EQ(text("version", builds[0]), "1.0.0/2");
    EXPECT_EQ(text("arn", builds[1]), first);
}

TEST_F(ImagesTest, RunsTheWorkflowsThatAreGiven) {
    const std::string managed = "arn:aws:imagebuilder:us-east-1:aws:workflow/";
    json::object order{
        {"imageRecipeArn", create_recipe("web", create_component("web"))},
        {"infrastructureConfigurationArn", create_infrastructure("web")},
        {"workflows", json::array{{{"workflowArn", managed + "build/build-image/x.x.x"}}}},
        {"clientToken", token()}};
    EXPECT_NE(error_of("CreateImage", order).find("'executionRole' must be given"),
              std::string::npos);
    order["executionRole"] = "role";
    order["clientToken"] = json::value_from(token());
    const auto plan = plan_of(text("imageBuildVersionArn", call("CreateImage", order)));
    ASSERT_EQ(plan->workflows.size(), 2U);  // and the distribution that is always there
    EXPECT_EQ(plan->workflows[1].type, documents::WorkflowType::distribution);
    order["workflows"] = json::array{{{"workflowArn", managed + "build/none/x.x.x"}}};
    order["clientToken"] = json::value_from(token());
    EXPECT_TRUE(error_of("CreateImage", order).starts_with("ResourceNotFoundException"));
}

}  // namespace
}  // namespace goldsmith::service
