// Lifecycle policies, their runs, and StartResourceStateUpdate, with rows of AMIs and snapshots.
#include <boost/json.hpp>

#include "db/database.h"
#include "service/due_work.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/images.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class LifecycleTest : public ServiceFixture {
protected:
    LifecycleTest()
        : due_(*dependencies_, [this](const auto& subject, const auto& why) {
              failures_.push_back(subject + ": " + why);
          }) {}
    ~LifecycleTest() override { EXPECT_EQ(failures_, std::vector<std::string>{}); }

    static std::string id(const char* kind, int number) {
        std::string digits = std::to_string(number);
        return std::string(kind) + std::string(17 - digits.size(), '0') + digits;
    }

    /// An AVAILABLE image with an AMI (and snapshot) of the number in each region.
    std::string available(const std::string& name, int number,
                          const std::vector<std::string>& regions = {"us-east-1"}) {
        const auto arn = number == 0 ? create_image(name) : build_again(name);
        json::array amis;
        database_->write([&](db::Transaction& transaction) {
            for (const auto& region : regions) {
                state::SnapshotRow snapshot{.region = region,
                                            .snapshot_id = id("snap-", number),
                                            .owner = "123456789012",
                                            .volume_size_gib = 1};
                state::insert_snapshot(transaction, snapshot);
                state::AmiRow ami{.region = region,
                                  .image_id = id("ami-", number),
                                  .owner = "123456789012",
                                  .name = name + std::to_string(number),
                                  .devices = {{"/dev/xvda", snapshot.snapshot_id, 1}}};
                state::insert_ami(transaction, ami);
                amis.push_back(json::object{
                    {"region", region}, {"image", ami.image_id}, {"accountId", "123456789012"}});
            }
            state::set_output_resources(transaction, arn,
                                        json::serialize(json::object{{"amis", amis}}), 0);
            state::set_image_status(transaction, arn, "AVAILABLE", std::nullopt, 0);
        });
        context_.now += std::chrono::hours(1);
        return arn;
    }

    std::string build_again(const std::string& name) {
        const std::string prefix = "arn:aws:imagebuilder:us-east-1:123456789012:";
        return text(
            "imageBuildVersionArn",
            call("CreateImage", {{"imageRecipeArn", prefix + "image-recipe/" + name + "/1.0.0"},
                                 {"infrastructureConfigurationArn",
                                  prefix + "infrastructure-configuration/" + name},
                                 {"clientToken", token()}}));
    }

    std::optional<state::AmiRow> ami(int number, const std::string& region = "us-east-1") {
        return database_->read([&](db::Connection& connection) {
            return state::find_ami(connection, region, id("ami-", number));
        });
    }
    bool has_snapshot(int number, const std::string& region = "us-east-1") {
        return database_->read([&](db::Connection& connection) {
            return state::find_snapshot(connection, region, id("snap-", number)).has_value();
        });
    }
    bool exists(const std::string& image) {
        return !error_of("GetImage", {{"imageBuildVersionArn", image}})
                    .starts_with("ResourceNotFound");
    }

    json::object policy(const std::string& action, int keep) {
        return {
            {"name", "old images"},
            {"executionRole", "lifecycle"},
            {"resourceType", "AMI_IMAGE"},
            {"policyDetails",
             json::array{json::object{
                 {"action",
                  json::object{{"type", action},
                               {"includeResources",
                                json::object{{"amis", true}, {"snapshots", action == "DELETE"}}}}},
                 {"filter", json::object{{"type", "COUNT"}, {"value", keep}}}}}},
            {"resourceSelection",
             json::object{{"recipes", json::array{json::object{{"name", "web"},
                                                               {"semanticVersion", "x.x.x"}}}}}},
            {"clientToken", token()}};
    }
    std::string create_policy(const json::object& input) {
        return text("lifecyclePolicyArn", call("CreateLifecyclePolicy", input));
    }

    void next_day() {
        context_.now += std::chrono::hours(25);
        due_.turn(context_.now);
    }

    json::value executions(const std::string& arn) {
        return call("ListLifecycleExecutions", {{"resourceArn", arn}});
    }
    json::value resources(const std::string& execution, const std::string& parent = {}) {
        json::object input{{"lifecycleExecutionId", execution}};
        if (!parent.empty()) {
            input["parentResourceId"] = parent;
        }
        return call("ListLifecycleExecutionResources", input);
    }

    json::object update(const std::string& image, const std::string& status) {
        return {{"resourceArn", image},
                {"state", json::object{{"status", status}}},
                {"clientToken", token()}};
    }
    json::object update_with_amis(const std::string& image, const std::string& status,
                                  bool snapshots = false) {
        auto input = update(image, status);
        input["executionRole"] = "lifecycle";
        input["includeResources"] = json::object{{"amis", true}, {"snapshots", snapshots}};
        return input;
    }

    std::vector<std::string> failures_;
    DueWork due_;
};

TEST_F(LifecycleTest, PoliciesAreKeptUpdatedListedAndDeleted) {
    const auto arn = create_policy(policy("DELETE", 1));
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:lifecycle-policy/old-images");
    auto shown = call("GetLifecyclePolicy", {{"lifecyclePolicyArn", arn}});
    EXPECT_EQ(text("lifecyclePolicy.status", shown), "ENABLED");
    EXPECT_EQ(text("lifecyclePolicy.name", shown), "old images");
    EXPECT_EQ(text("lifecyclePolicy.dateUpdated", shown), "");
    EXPECT_EQ(text("lifecyclePolicy.policyDetails.0.filter.value", shown), "1");
    auto again = policy("DELETE", 1);
    EXPECT_TRUE(
        error_of("CreateLifecyclePolicy", again).starts_with("ResourceAlreadyExistsException"));
    auto change = policy("DISABLE", 3);
    change.erase("name");
    change["lifecyclePolicyArn"] = arn;
    change["status"] = "DISABLED";
    call("UpdateLifecyclePolicy", change);
    shown = call("GetLifecyclePolicy", {{"lifecyclePolicyArn", arn}});
    EXPECT_EQ(text("lifecyclePolicy.status", shown), "DISABLED");
    EXPECT_EQ(text("lifecyclePolicy.policyDetails.0.action.type", shown), "DISABLE");
    EXPECT_NE(text("lifecyclePolicy.dateUpdated", shown), "");
    change["resourceType"] = "CONTAINER_IMAGE";
    change["policyDetails"] =
        json::array{json::object{{"action", json::object{{"type", "DELETE"}}},
                                 {"filter", json::object{{"type", "COUNT"}, {"value", 1}}}}};
    change["clientToken"] = token();
    EXPECT_TRUE(error_of("UpdateLifecyclePolicy", change)
                    .starts_with("InvalidParameterCombinationException"));
    const auto found = [&](const char* name, const char* value) {
        return call("ListLifecyclePolicies",
                    {{"filters", json::array{{{"name", name}, {"values", {value}}}}}})
            .at("lifecyclePolicySummaryList")
            .as_array()
            .size();
    };
    EXPECT_EQ(found("Status", "DISABLED"), 1U);
    EXPECT_EQ(found("status", "ENABLED"), 0U);
    EXPECT_EQ(found("Name", "old images"), 1U);
    next_day();
    EXPECT_EQ(text("lifecycleExecutions", executions(arn)), "[]");  // it is disabled
    call("DeleteLifecyclePolicy", {{"lifecyclePolicyArn", arn}});
    EXPECT_TRUE(error_of("GetLifecyclePolicy", {{"lifecyclePolicyArn", arn}})
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(LifecycleTest, ADailyRunDeletesWhatIsTooManyWithItsAmisAndSnapshots) {
    const auto oldest = available("web", 0, {"us-east-1", "us-west-2"});
    const auto middle = available("web", 1);
    const auto newest = available("web", 2);
    const auto arn = create_policy(policy("DELETE", 2));
    due_.turn(context_.now);
    EXPECT_TRUE(exists(oldest));  // not before a day has passed
    next_day();
    EXPECT_FALSE(exists(oldest));
    EXPECT_TRUE(exists(middle));
    EXPECT_TRUE(exists(newest));
    EXPECT_FALSE(ami(0));
    EXPECT_FALSE(ami(0, "us-west-2"));
    EXPECT_FALSE(has_snapshot(0));
    EXPECT_FALSE(has_snapshot(0, "us-west-2"));
    EXPECT_TRUE(ami(1));
    EXPECT_TRUE(has_snapshot(1));
    const auto list = executions(arn);
    EXPECT_EQ(text("lifecycleExecutions.0.state.status", list), "SUCCESS");
    EXPECT_EQ(text("lifecycleExecutions.0.lifecyclePolicyArn", list), arn);
    EXPECT_EQ(text("lifecycleExecutions.0.resourcesImpactedSummary.hasImpactedResources", list),
              "true");
    const auto id = text("lifecycleExecutions.0.lifecycleExecutionId", list);
    EXPECT_EQ(text("resources.0.resourceId", resources(id)), oldest);
    EXPECT_EQ(text("resources.0.action.name", resources(id)), "DELETE");
    EXPECT_EQ(text("resources.0.state.status", resources(id)), "SUCCESS");
    const auto amis = resources(id, oldest);
    EXPECT_EQ(amis.at("resources").as_array().size(), 2U);
    EXPECT_EQ(text("resources.0.snapshots.0.state.status", amis), "SUCCESS");
    EXPECT_NE(text("lifecyclePolicy.dateLastRun",
                   call("GetLifecyclePolicy", {{"lifecyclePolicyArn", arn}})),
              "");
    next_day();
    EXPECT_EQ(executions(arn).at("lifecycleExecutions").as_array().size(), 2U);
    EXPECT_TRUE(exists(middle));
    EXPECT_EQ(text("lifecycleExecution.resourcesImpactedSummary.hasImpactedResources",
                   call("GetLifecycleExecution",
                        {{"lifecycleExecutionId",
                          text("lifecycleExecutions.0.lifecycleExecutionId", executions(arn))}})),
              "false");
}

TEST_F(LifecycleTest, ExcludedAmisKeepTheirImage) {
    const auto oldest = available("web", 0, {"us-east-1", "us-west-2"});
    available("web", 1);
    auto input = policy("DELETE", 1);
    input["policyDetails"].at(0).as_object()["exclusionRules"] =
        json::object{{"amis", json::object{{"regions", json::array{"us-west-2"}}}}};
    const auto arn = create_policy(input);
    next_day();
    EXPECT_TRUE(exists(oldest));
    EXPECT_FALSE(ami(0));
    EXPECT_TRUE(ami(0, "us-west-2"));
    EXPECT_TRUE(has_snapshot(0, "us-west-2"));
    const auto id = text("lifecycleExecutions.0.lifecycleExecutionId", executions(arn));
    EXPECT_EQ(text("resources.0.state.status", resources(id)), "SKIPPED");
    EXPECT_EQ(text("resources.1.state.status", resources(id, oldest)), "SKIPPED");
    EXPECT_EQ(text("resources.1.state.reason", resources(id, oldest)), "Excluded by its region.");
}

TEST_F(LifecycleTest, RulesExcludePublicTaggedAndLatelyLaunchedAmis) {
    std::vector<std::string> images;
    for (int i = 0; i < 5; ++i) {
        images.push_back(available("web", i));
    }
    database_->write([&](db::Transaction& transaction) {
        auto row = state::find_ami(transaction, "us-east-1", id("ami-", 0));
        row->is_public = true;
        state::update_ami(transaction, *row);
        state::put_tags(transaction, state::ec2_arn("us-east-1", "image", id("ami-", 1)),
                        {{"keep", "yes"}});
        for (const int launched : {2, 3}) {
            state::put_instance(
                transaction,
                {.region = "us-east-1",
                 .instance_id = id("i-", launched),
                 .owner = "123456789012",
                 .image_id = id("ami-", launched),
                 .instance_type = "m5.large",
                 .state = "terminated",
                 .launched_ms = (context_.now - std::chrono::days(launched == 2 ? 1 : 30))
                                    .time_since_epoch()
                                    .count()});
        }
    });
    auto input = policy("DELETE", 1);
    input["policyDetails"].at(0).as_object()["exclusionRules"] = json::object{
        {"amis", json::object{{"isPublic", true},
                              {"tagMap", json::object{{"keep", "yes"}}},
                              {"lastLaunched", json::object{{"value", 7}, {"unit", "DAYS"}}}}}};
    create_policy(input);
    next_day();
    std::string left;
    for (const auto& image : images) {
        left += exists(image) ? 'x' : '-';
    }
    EXPECT_EQ(left, "xxx-x");  // public, tagged, launched yesterday; the newest is retained
}

TEST_F(LifecycleTest, AnInterruptedExecutionGoesOn) {
    const auto oldest = available("web", 0);
    available("web", 1);
    const auto arn = create_policy(policy("DELETE", 1));
    // The AMI went and then the machine stopped: its snapshot and its record are still there.
    context_.now += std::chrono::hours(25);
    database_->write([&](db::Transaction& transaction) {
        state::erase_ami(transaction, "us-east-1", id("ami-", 0));
    });
    due_.turn(context_.now);
    EXPECT_FALSE(exists(oldest));
    EXPECT_EQ(text("lifecycleExecutions.0.state.status", executions(arn)), "SUCCESS");
}

TEST_F(LifecycleTest, StateUpdatesOfTheRecordAloneAreDoneAtOnce) {
    const auto image = available("web", 0);
    const auto status = [&](const std::string& to) {
        const auto answer = call("StartResourceStateUpdate", update(image, to));
        EXPECT_EQ(text("lifecycleExecutionId", answer), "");
        EXPECT_EQ(text("resourceArn", answer), image);
        return to == "DELETED" ? "" : image_status(image);
    };
    EXPECT_EQ(status("DEPRECATED"), "DEPRECATED");
    EXPECT_NE(text("image.deprecationTime", call("GetImage", {{"imageBuildVersionArn", image}})),
              "");
    EXPECT_EQ(status("DISABLED"), "DISABLED");
    EXPECT_EQ(status("AVAILABLE"), "AVAILABLE");
    EXPECT_EQ(text("image.deprecationTime", call("GetImage", {{"imageBuildVersionArn", image}})),
              "");
    EXPECT_TRUE(error_of("StartResourceStateUpdate", update(image, "AVAILABLE"))
                    .starts_with("InvalidRequestException"));
    EXPECT_EQ(ami(0)->state, "available");
    status("DELETED");
    EXPECT_FALSE(exists(image));
    EXPECT_TRUE(ami(0));  // nobody asked to delete it
}

TEST_F(LifecycleTest, StateUpdatesReachAmis) {
    const auto image = available("web", 0);
    const auto run = [&](const std::string& to, bool snapshots = false) {
        const auto id = text("lifecycleExecutionId", call("StartResourceStateUpdate",
                                                          update_with_amis(image, to, snapshots)));
        EXPECT_TRUE(id.starts_with("lce-"));
        EXPECT_TRUE(error_of("StartResourceStateUpdate", update(image, "DELETED"))
                        .starts_with("ResourceInUseException"));
        due_.turn(context_.now);
        EXPECT_EQ(text("lifecycleExecution.state.status",
                       call("GetLifecycleExecution", {{"lifecycleExecutionId", id}})),
                  "SUCCESS");
        return id;
    };
    const std::string id_of_ami = ami(0)->image_id;
    const auto id = run("DEPRECATED");
    EXPECT_TRUE(ami(0)->deprecation_ms);
    EXPECT_EQ(image_status(image), "DEPRECATED");
    EXPECT_EQ(
        text("image.lifecycleExecutionId", call("GetImage", {{"imageBuildVersionArn", image}})),
        id);
    EXPECT_EQ(text("lifecycleExecutions.0.lifecycleExecutionId", executions(image)), id);
    run("DISABLED");
    EXPECT_EQ(ami(0)->state, "disabled");
    const auto described = [&](bool disabled) {
        return text("imagesSet.item.0.imageId",
                    call("DescribeImages",
                         {{"Owner", json::object{{"1", "self"}}},
                          {"IncludeDisabled", disabled ? "true" : "false"}},
                         "ec2"));
    };
    EXPECT_EQ(described(false), "");
    EXPECT_EQ(described(true), id_of_ami);
    run("AVAILABLE");
    EXPECT_EQ(ami(0)->state, "available");
    EXPECT_FALSE(ami(0)->deprecation_ms);
    run("DELETED", true);
    EXPECT_FALSE(exists(image));
    EXPECT_FALSE(ami(0));
    EXPECT_FALSE(has_snapshot(0));
    EXPECT_EQ(executions(image).at("lifecycleExecutions").as_array().size(), 4U);
}

TEST_F(LifecycleTest, ADeprecationCanBeAnnouncedAndCancelled) {
    const auto image = available("web", 0);
    auto input = update_with_amis(image, "DEPRECATED");
    const auto seconds = [](base::Time time) { return time.time_since_epoch().count() / 1000; };
    input["updateAt"] = seconds(context_.now - std::chrono::hours(1));
    EXPECT_TRUE(error_of("StartResourceStateUpdate", input).starts_with("InvalidRequestException"));
    input["updateAt"] = seconds(context_.now + std::chrono::hours(48));
    const auto id = text("lifecycleExecutionId", call("StartResourceStateUpdate", input));
    EXPECT_TRUE(ami(0)->deprecation_ms);
    EXPECT_EQ(image_status(image), "AVAILABLE");
    next_day();
    EXPECT_EQ(image_status(image), "AVAILABLE");
    next_day();
    EXPECT_EQ(image_status(image), "DEPRECATED");
    EXPECT_EQ(text("lifecycleExecution.state.status",
                   call("GetLifecycleExecution", {{"lifecycleExecutionId", id}})),
              "SUCCESS");
    call("StartResourceStateUpdate", update(image, "AVAILABLE"));
    input["updateAt"] = seconds(context_.now + std::chrono::hours(1));
    input["clientToken"] = token();
    const auto second = text("lifecycleExecutionId", call("StartResourceStateUpdate", input));
    call("CancelLifecycleExecution", {{"lifecycleExecutionId", second}, {"clientToken", token()}});
    next_day();
    EXPECT_EQ(image_status(image), "AVAILABLE");
    EXPECT_TRUE(error_of("CancelLifecycleExecution",
                         {{"lifecycleExecutionId", second}, {"clientToken", token()}})
                    .starts_with("InvalidRequestException"));
}

TEST_F(LifecycleTest, MembersThatDoNotGoTogetherAreRefused) {
    const auto image = available("web", 0);
    const auto refused = [&](const json::object& changes, const std::string& status) {
        auto input = update(image, status);
        for (const auto& [key, value] : changes) {
            input[key] = value;
        }
        return error_of("StartResourceStateUpdate", input);
    };
    const json::object amis{{"amis", true}};
    for (const auto& answer :
         {refused({{"includeResources", amis}}, "DISABLED"),
          refused({{"executionRole", "role"}}, "DISABLED"),
          refused(
              {{"executionRole", "role"}, {"includeResources", json::object{{"snapshots", true}}}},
              "DELETED"),
          refused({{"executionRole", "role"},
                   {"includeResources", json::object{{"amis", true}, {"snapshots", true}}}},
                  "DISABLED"),
          refused({{"exclusionRules", json::object{{"amis", json::object{{"isPublic", true}}}}}},
                  "DISABLED"),
          refused({{"updateAt", 4'000'000'000}}, "DISABLED")}) {
        EXPECT_TRUE(answer.starts_with("InvalidRequestException")) << answer;
    }
    EXPECT_TRUE(
        error_of("StartResourceStateUpdate",
                 {{"resourceArn", image}, {"state", json::object{}}, {"clientToken", token()}})
            .starts_with("InvalidParameterValueException"));
    set_image_status(image, "BUILDING");
    EXPECT_TRUE(refused({}, "DISABLED").starts_with("InvalidRequestException"));
    set_image_status(image, "FAILED");
    EXPECT_TRUE(refused({}, "DISABLED").starts_with("InvalidRequestException"));
    EXPECT_TRUE(refused({}, "DELETED").starts_with("no error"));
}

TEST_F(LifecycleTest, ExecutionsAreOfOneAccount) {
    const auto image = available("web", 0);
    const auto id = text("lifecycleExecutionId",
                         call("StartResourceStateUpdate", update_with_amis(image, "DISABLED")));
    context_.account = "210987654321";
    EXPECT_TRUE(error_of("GetLifecycleExecution", {{"lifecycleExecutionId", id}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(error_of("ListLifecycleExecutions", {{"resourceArn", image}})
                    .starts_with("ResourceNotFoundException"));
    EXPECT_TRUE(error_of("CancelLifecycleExecution",
                         {{"lifecycleExecutionId", id}, {"clientToken", token()}})
                    .starts_with("ResourceNotFoundException"));
}

}  // namespace
}  // namespace goldsmith::service
