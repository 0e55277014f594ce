// Accounts in one server do not see each other: everything that reads is called as the root user of
// another account, with what the first account owns as arguments. Once through the gate and once
// past it, so that neither the gate nor the handlers alone are relied upon.
#include <gtest/gtest.h>

#include "api/error.h"
#include "db/database.h"
#include "service/authorization/identity_fixture.h"
#include "state/amis.h"
#include "state/instances.h"
#include "state/tags.h"
#include "store/log_stream.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto ami_id = "ami-00000000000000001";
constexpr auto snapshot_id = "snap-00000000000000001";
constexpr auto instance_id = "i-00000000000000001";
constexpr auto group = "/aws/imagebuilder/treasure";

class SeparationTest : public IdentityFixture {
protected:
    SeparationTest() {
        image_ = create_image("treasure");
        const auto image = call("GetImage", json::object{{"imageBuildVersionArn", image_}});
        arns_ = {image_, text("image.imageRecipe.arn", image),
                 text("image.imageRecipe.components.0.componentArn", image),
                 text("image.infrastructureConfiguration.arn", image),
                 text("image.distributionConfiguration.arn", image)};
        arns_.push_back(text(
            "imagePipelineArn",
            call("CreateImagePipeline", json::object{{"name", "treasure"},
                                                     {"imageRecipeArn", arns_[1]},
                                                     {"infrastructureConfigurationArn", arns_[3]},
                                                     {"clientToken", token()}})));
        arns_.push_back(
            text("workflowBuildVersionArn",
                 call("CreateWorkflow",
                      json::object{{"name", "treasure"},
                                   {"semanticVersion", "1.0.0"},
                                   {"type", "TEST"},
                                   {"data",
                                    "name: treasure\nschemaVersion: 1.0\nsteps:\n  - name: Ask\n"
                                    "    action: WaitForAction\n    onFailure: Abort\n"},
                                   {"clientToken", token()}})));
        database_->write([](db::Transaction& transaction) { insert_ec2_rows(transaction); });
        store::LogStore store(folder_.path() / "logs", "us-east-1", own);
        store.writer(group, "1.0.0/1").append(1, "treasure");
    }

    static void insert_ec2_rows(db::Transaction& transaction) {
        state::AmiRow ami;
        ami.region = "us-east-1";
        ami.image_id = ami_id;
        ami.name = "treasure";
        ami.owner = own;
        ami.root_device_name = "/dev/xvda";
        ami.devices.push_back({"/dev/xvda", snapshot_id, 4});
        state::insert_ami(transaction, ami);
        state::SnapshotRow snapshot;
        snapshot.region = "us-east-1";
        snapshot.snapshot_id = snapshot_id;
        snapshot.owner = own;
        snapshot.volume_size_gib = 4;
        state::insert_snapshot(transaction, snapshot);
        state::put_tags(transaction, state::ec2_arn("us-east-1", "image", ami_id),
                        {{"name", "treasure"}});
        state::InstanceRow instance;
        instance.region = "us-east-1";
        instance.instance_id = instance_id;
        instance.owner = own;
        instance.state = "running";
        state::put_instance(transaction, instance);
    }

    /// Calls it and looks for anything of the first account in the answer, apart from what was
    /// given.
    void expect_nothing(const std::string& service, const std::string& operation,
                        const json::object& input) {
        std::string shown;
        try {
            shown = json::serialize(call(operation, input, service));
        } catch (const api::ApiError& error) {
            EXPECT_NE(error.http_status(), 500) << operation;
            return;
        }
        const std::string given = json::serialize(input);
        for (const std::string secret : {"treasure", own, ami_id, snapshot_id, instance_id}) {
            if (given.find(secret) == std::string::npos) {
                EXPECT_EQ(shown.find(secret), std::string::npos)
                    << service << " " << operation << " " << given << "\n"
                    << shown;
            }
        }
        answered_ += 1;
    }

    static bool reads(const std::string& operation) {
        return operation.starts_with("List") || operation.starts_with("Get") ||
               operation.starts_with("Describe") || operation.starts_with("Filter");
    }

    /// Everything of Image Builder that reads: without arguments, and with each of the ARNs.
    void read_image_builder() {
        for (const auto* each : service_of("imagebuilder").operations) {
            const std::string operation = each->name;
            if (!reads(operation)) {
                continue;
            }
            expect_nothing("imagebuilder", operation, {});
            for (const auto& member : each->input->members) {
                if (std::string_view(member.name).ends_with("Arn")) {
                    for (const auto& arn : arns_) {
                        json::object input;
                        input[member.name] = arn;
                        EXPECT_EQ(error_of(operation, input).substr(0, 9) == "no error:" &&
                                      operation.starts_with("Get"),
                                  false)
                            << operation << " " << arn;
                        expect_nothing("imagebuilder", operation, input);
                    }
                }
            }
        }
        for (const char* owner : {"Self", "Shared", "ThirdParty"}) {
            for (const char* operation : {"ListComponents", "ListImages", "ListImageRecipes",
                                          "ListContainerRecipes", "ListWorkflows"}) {
                expect_nothing("imagebuilder", operation, {{"owner", owner}});
            }
        }
        for (const auto& arn : arns_) {
            EXPECT_NE(
                error_of("ListTagsForResource", json::object{{"resourceArn", arn}}).substr(0, 9),
                "no error:")
                << arn;
            EXPECT_NE(error_of("TagResource", json::object{{"resourceArn", arn},
                                                           {"tags", json::object{{"a", "b"}}}})
                          .substr(0, 9),
                      "no error:")
                << arn;
        }
    }

    void read_neighbours() {
        for (const char* service : {"ec2", "logs", "iam"}) {
            for (const auto* each : service_of(service).operations) {
                if (reads(each->name)) {
                    expect_nothing(service, each->name, {});
                }
            }
        }
        const auto one = [](const char* id) { return json::object{{"1", id}}; };
        expect_nothing("ec2", "DescribeImages", {{"ImageId", one(ami_id)}});
        expect_nothing("ec2", "DescribeSnapshots", {{"SnapshotId", one(snapshot_id)}});
        expect_nothing("ec2", "DescribeInstances", {{"InstanceId", one(instance_id)}});
        expect_nothing("logs", "GetLogEvents",
                       {{"logGroupName", group}, {"logStreamName", "1.0.0/1"}});
        expect_nothing("logs", "FilterLogEvents", {{"logGroupName", group}});
        expect_nothing("logs", "GetLogEvents",
                       {{"logGroupIdentifier",
                         std::string("arn:aws:logs:us-east-1:123456789012:log-group:") + group},
                        {"logStreamName", "1.0.0/1"}});
        for (const auto& [operation, input] :
             {std::pair{"DeregisterImage", json::object{{"ImageId", ami_id}}},
              std::pair{"DeleteSnapshot", json::object{{"SnapshotId", snapshot_id}}},
              std::pair{
                  "CreateTags",
                  json::object{
                      {"ResourceId", one(ami_id)},
                      {"Tag", json::object{{"1", json::object{{"Key", "k"}, {"Value", "v"}}}}}}}}) {
            EXPECT_NE(error_of(operation, input, "ec2").substr(0, 9), "no error:") << operation;
        }
    }

    void read_everything() {
        act_as_root(other);
        read_image_builder();
        read_neighbours();
        EXPECT_GT(answered_, 20);
    }

    std::string image_;
    std::vector<std::string> arns_;
    int answered_ = 0;
};

TEST_F(SeparationTest, TheOwnerSeesItAll) {
    for (const char* operation :
         {"ListComponents", "ListImageRecipes", "ListImages", "ListImagePipelines",
          "ListInfrastructureConfigurations", "ListDistributionConfigurations", "ListWorkflows"}) {
        EXPECT_NE(json::serialize(call(operation, {})).find("treasure"), std::string::npos)
            << operation;
    }
    EXPECT_NE(json::serialize(call("DescribeImages", {}, "ec2")).find(ami_id), std::string::npos);
    EXPECT_NE(json::serialize(call("DescribeLogGroups", {}, "logs")).find("treasure"),
              std::string::npos);
}

TEST_F(SeparationTest, AnotherAccountSeesNothingThroughTheGate) {
    read_everything();
}

TEST_F(SeparationTest, AnotherAccountSeesNothingInTheHandlers) {
    gate_ = nullptr;
    read_everything();
}

}  // namespace
}  // namespace goldsmith::service
