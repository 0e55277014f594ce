#include <boost/json.hpp>

#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class PipelinesTest : public ServiceFixture {
protected:
    json::object input(const std::string& name) {
        return {{"name", name},
                {"imageRecipeArn", recipe_},
                {"infrastructureConfigurationArn", infrastructure_},
                {"clientToken", token()}};
    }
    std::string create(const std::string& name) {
        return text("imagePipelineArn", call("CreateImagePipeline", input(name)));
    }
    std::string create_error(const std::string& member, const json::value& value) {
        json::object bad = input("web");
        bad[member] = value;
        return error_of("CreateImagePipeline", bad);
    }

    std::string recipe_ = create_recipe("web", create_component("web"));
    std::string infrastructure_ = create_infrastructure("web");
};

TEST_F(PipelinesTest, IsCreatedWithDefaultsUpdatedAndDeleted) {
    const auto arn = create("Web");
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/web");
    const json::object by_arn{{"imagePipelineArn", arn}};
    auto shown = call("GetImagePipeline", by_arn);
    EXPECT_EQ(text("imagePipeline.status", shown), "ENABLED");
    EXPECT_EQ(text("imagePipeline.platform", shown), "Linux");
    EXPECT_EQ(text("imagePipeline.imageTestsConfiguration.imageTestsEnabled", shown), "true");
    EXPECT_EQ(text("imagePipeline.dateLastRun", shown), "");
    json::object update = input("ignored");
    update.erase("name");
    update["imagePipelineArn"] = json::value_from(arn);
    update["status"] = "DISABLED";
    update["schedule"] = json::object{{"scheduleExpression", "cron(0 0 * * ? *)"}};
    call("UpdateImagePipeline", update);
    shown = call("GetImagePipeline", by_arn);
    EXPECT_EQ(text("imagePipeline.name", shown), "Web");
    EXPECT_EQ(text("imagePipeline.status", shown), "DISABLED");
    EXPECT_EQ(text("imagePipeline.schedule.timezone", shown), "");
    call("DeleteImagePipeline", by_arn);
    EXPECT_TRUE(error_of("GetImagePipeline", by_arn).starts_with("ResourceNotFoundException"));
}

TEST_F(PipelinesTest, RunsAndListsItsImages) {
    const auto arn = create("web");
    const auto image = text("imageBuildVersionArn", call("StartImagePipelineExecution",
                                                         {{"imagePipelineArn", arn},
                                                          {"tags", json::object{{"run", "1"}}},
                                                          {"clientToken", token()}}));
    EXPECT_TRUE(image.ends_with("image/web/1.0.0/1")) << image;
    EXPECT_EQ(notified_.lock()->size(), 1U);
    const auto shown = call("GetImage", {{"imageBuildVersionArn", image}});
    EXPECT_EQ(text("image.sourcePipelineArn", shown), arn);
    EXPECT_EQ(text("image.tags.run", shown), "1");
    create_image("unrelated");
    const auto images = call("ListImagePipelineImages", {{"imagePipelineArn", arn}});
    ASSERT_EQ(images.at("imageSummaryList").as_array().size(), 1U);
    EXPECT_EQ(text("imageSummaryList.0.arn", images), image);
    set_image_status(image, "AVAILABLE");
    const auto pipeline = call("GetImagePipeline", {{"imagePipelineArn", arn}});
    EXPECT_EQ(text("imagePipeline.lastRunStatus", pipeline), "AVAILABLE");
    EXPECT_EQ(text("imagePipeline.dateLastRun", pipeline), "2026-11-23T10:00:00.000Z");
}

TEST_F(PipelinesTest, RefusesBadRequests) {
    create("web");
    EXPECT_TRUE(create_error("description", "again").starts_with("ResourceAlreadyExists"));
    EXPECT_TRUE(create_error("imageRecipeArn", nullptr).starts_with("InvalidRequestException"));
    EXPECT_TRUE(create_error("imageRecipeArn",
                             "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/no/1.x.x")
                    .starts_with("ResourceNotFoundException"));
    for (const char* bad : {"cron(0 0)", "cron(0 0 ? * ? *)", "rate(1 hours)", "rate(0 minutes)",
                            "rate(5 hour)", "daily"}) {
        EXPECT_TRUE(create_error("schedule", json::object{{"scheduleExpression", bad}})
                        .starts_with("InvalidRequestException"))
            << bad;
    }
    EXPECT_TRUE(error_of("StartImagePipelineExecution",
                         {{"imagePipelineArn",
                           "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/none"},
                          {"clientToken", token()}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(PipelinesTest, ListsAndFilters) {
    create("one");
    create("two");
    EXPECT_EQ(all_pages("ListImagePipelines", {}, "imagePipelineList", 1).size(), 2U);
    const auto filtered =
        call("ListImagePipelines",
             {{"filters", json::array{{{"name", "name"}, {"values", {"two", "three"}}}}}});
    ASSERT_EQ(filtered.at("imagePipelineList").as_array().size(), 1U);
    EXPECT_EQ(text("imagePipelineList.0.name", filtered), "two");
}

}  // namespace
}  // namespace goldsmith::service
