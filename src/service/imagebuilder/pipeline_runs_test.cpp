// Scheduled runs of pipelines, with a time of their own.
#include <boost/json.hpp>

#include "db/database.h"
#include "service/due_work.h"
#include "service/service_fixture.h"
#include "state/images.h"
#include "store/log_stream.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto pipeline = "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/web";

class PipelineRunsTest : public ServiceFixture {
protected:
    PipelineRunsTest()
        : due_(*dependencies_, [](const auto& subject, const auto& why) {
              ADD_FAILURE() << subject << ": " << why;
          }) {}

    /// Every day at eight; the recipe names its component by wildcard.
    void create(const json::object& schedule) {
        create_component("web", "1.0.0");
        create_recipe("web", "arn:aws:imagebuilder:us-east-1:123456789012:component/web/x.x.x");
        infrastructure_ = create_infrastructure("web");
        call("CreateImagePipeline", settings(schedule));
    }
    json::object settings(const json::object& schedule) {
        return {{"name", "web"},
                {"imageRecipeArn",
                 "arn:aws:imagebuilder:us-east-1:123456789012:image-recipe/web/x.x.x"},
                {"infrastructureConfigurationArn", infrastructure_},
                {"imageTags", json::object{{"from", "schedule"}}},
                {"schedule", schedule},
                {"clientToken", token()}};
    }
    static json::object daily(const std::string& condition = {}) {
        json::object schedule{{"scheduleExpression", "cron(0 8 * * ? *)"}};
        if (!condition.empty()) {
            schedule["pipelineExecutionStartCondition"] = condition;
        }
        return schedule;
    }

    void at(const char* moment) {
        context_.now = base::parse_iso8601(moment).value();
        due_.turn(context_.now);
    }
    json::array images() {
        return call("ListImagePipelineImages", {{"imagePipelineArn", pipeline}})
            .at("imageSummaryList")
            .as_array();
    }
    std::string shown(const std::string& member) {
        return text("imagePipeline." + member,
                    call("GetImagePipeline", {{"imagePipelineArn", pipeline}}));
    }
    /// What came of the newest image.
    void conclude(const std::string& status) {
        set_image_status(text("arn", images().at(0)), status);
        if (status == "AVAILABLE") {
            database_->write([&](db::Transaction& transaction) {
                state::set_output_resources(transaction, text("arn", images().at(0)),
                                            R"({"amis":[]})", 0);
            });
        }
    }
    std::string log(const std::string& day) {
        store::LogStore logs(dependencies_->logs_directory, "us-east-1", "123456789012");
        std::string lines;
        if (const auto page = logs.read("/aws/imagebuilder/pipeline/web", day, {})) {
            for (const auto& event : page->events) {
                lines += event.message + "\n";
            }
        }
        return lines;
    }

    DueWork due_;
    std::string infrastructure_;
};

TEST_F(PipelineRunsTest, AScheduleStartsBuildsOnTime) {
    create(daily("EXPRESSION_MATCH_ONLY"));
    EXPECT_EQ(shown("dateNextRun"), "2026-11-24T08:00:00.000Z");
    at("2026-11-24T07:59:59Z");
    EXPECT_TRUE(images().empty());
    at("2026-11-24T08:00:01Z");
    ASSERT_EQ(images().size(), 1U);
    EXPECT_EQ(text("buildType", images().at(0)), "SCHEDULED");
    EXPECT_EQ(text("tags.from", images().at(0)), "schedule");
    EXPECT_EQ(notified_.lock()->size(), 1U);
    EXPECT_EQ(shown("dateNextRun"), "2026-11-25T08:00:00.000Z");
    EXPECT_NE(shown("dateLastRun"), "");
    at("2026-11-24T08:00:02Z");
    EXPECT_EQ(images().size(), 1U);
    at("2026-11-28T09:00:00Z");  // the server was off: it runs once
    EXPECT_EQ(images().size(), 2U);
    EXPECT_NE(log("2026/11/24").find("Started arn:"), std::string::npos) << log("2026/11/24");
}

TEST_F(PipelineRunsTest, WithoutUpdatesNothingIsBuiltAndTheLogSaysSo) {
    create(daily());
    at("2026-11-24T08:00:00Z");
    ASSERT_EQ(images().size(), 1U);
    conclude("AVAILABLE");
    at("2026-11-25T08:00:00Z");
    EXPECT_EQ(images().size(), 1U);
    EXPECT_NE(log("2026/11/25").find("Skipped"), std::string::npos);
    create_component("web", "1.0.1");
    at("2026-11-26T08:00:00Z");
    EXPECT_EQ(images().size(), 2U);
    EXPECT_NE(log("2026/11/26").find("component/web/1.0.1/1"), std::string::npos)
        << log("2026/11/26");
    create_recipe("web", "arn:aws:imagebuilder:us-east-1:123456789012:component/web/1.0.1",
                  "2.0.0");
    at("2026-11-27T08:00:00Z");
    EXPECT_EQ(images().size(), 3U);
}

TEST_F(PipelineRunsTest, DisabledDeletedAndManualPipelinesHaveNoNextRun) {
    create(daily());
    auto change = settings(daily());
    change["imagePipelineArn"] = pipeline;
    change["status"] = "DISABLED";
    change.erase("name");
    call("UpdateImagePipeline", change);
    EXPECT_EQ(shown("dateNextRun"), "");
    change.erase("schedule");
    change["status"] = "ENABLED";
    change["clientToken"] = token();
    call("UpdateImagePipeline", change);
    EXPECT_EQ(shown("dateNextRun"), "");
    change["schedule"] = daily();
    change["clientToken"] = token();
    call("UpdateImagePipeline", change);
    EXPECT_NE(shown("dateNextRun"), "");
    call("DeleteImagePipeline", {{"imagePipelineArn", pipeline}});
    at("2026-11-24T08:00:00Z");
    EXPECT_TRUE(notified_.lock()->empty());
}

TEST_F(PipelineRunsTest, FailuresDisableAPipelineThatAsksForIt) {
    auto schedule = daily("EXPRESSION_MATCH_ONLY");
    schedule["autoDisablePolicy"] = json::object{{"failureCount", 2}};
    create(schedule);
    at("2026-11-24T08:00:00Z");
    conclude("FAILED");
    EXPECT_EQ(shown("consecutiveFailures"), "1");
    at("2026-11-25T08:00:00Z");
    conclude("AVAILABLE");
    EXPECT_EQ(shown("consecutiveFailures"), "0");
    at("2026-11-26T08:00:00Z");
    conclude("FAILED");
    call("StartImagePipelineExecution", {{"imagePipelineArn", pipeline}, {"clientToken", token()}});
    conclude("FAILED");  // by hand: not counted
    EXPECT_EQ(shown("consecutiveFailures"), "1");
    at("2026-11-27T08:00:00Z");
    conclude("FAILED");
    EXPECT_EQ(shown("consecutiveFailures"), "2");
    at("2026-11-28T08:00:00Z");
    EXPECT_EQ(images().size(), 5U);
    EXPECT_EQ(shown("status"), "DISABLED");
    EXPECT_EQ(shown("dateNextRun"), "");
    EXPECT_NE(log("2026/11/28").find("disabled after 2"), std::string::npos);
    auto change = settings(schedule);
    change["imagePipelineArn"] = pipeline;
    change.erase("name");
    context_.now += std::chrono::seconds(1);
    call("UpdateImagePipeline", change);
    EXPECT_EQ(shown("consecutiveFailures"), "0");
}

TEST_F(PipelineRunsTest, ARunThatCannotStartIsLoggedAndTriedTheNextTime) {
    const auto recipe = text(
        "containerRecipeArn",
        call("CreateContainerRecipe",
             {{"name", "web"},
              {"semanticVersion", "1.0.0"},
              {"containerType", "DOCKER"},
              {"parentImage", "debian:12"},
              {"targetRepository", json::object{{"service", "ECR"}, {"repositoryName", "web"}}},
              {"dockerfileTemplateData", "FROM {{{ imagebuilder:parentImage }}}"},
              {"clientToken", token()}}));
    infrastructure_ = create_infrastructure("web");
    auto input = settings(daily("EXPRESSION_MATCH_ONLY"));
    input.erase("imageRecipeArn");
    input["containerRecipeArn"] = recipe;
    call("CreateImagePipeline", input);
    at("2026-11-24T08:00:00Z");
    EXPECT_TRUE(images().empty());
    EXPECT_NE(log("2026/11/24").find("Not started: The container recipe"), std::string::npos)
        << log("2026/11/24");
    EXPECT_EQ(shown("dateNextRun"), "2026-11-25T08:00:00.000Z");
}

TEST_F(PipelineRunsTest, BadSchedulesAreRefusedWithTheirMember) {
    create(daily());
    auto change = settings({{"scheduleExpression", "cron(61 0 * * ? *)"}});
    change["imagePipelineArn"] = pipeline;
    change.erase("name");
    const auto error = error_of("UpdateImagePipeline", change);
    EXPECT_TRUE(error.starts_with("InvalidRequestException")) << error;
    EXPECT_NE(error.find("schedule.scheduleExpression"), std::string::npos) << error;
    EXPECT_EQ(shown("dateNextRun"), "2026-11-24T08:00:00.000Z");
}

}  // namespace
}  // namespace goldsmith::service
