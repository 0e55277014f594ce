#include <boost/json.hpp>

#include "db/database.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto ami_1 = "ami-00000000000000001";
constexpr auto ami_2 = "ami-00000000000000002";
constexpr auto snapshot_1 = "snap-00000000000000001";

/// Requests in the form that the ec2 protocol leaves: {"Filter": {"1": {"Name": ...}}}.
class Ec2Test : public ServiceFixture {
protected:
    Ec2Test() {
        database_->write([&](db::Transaction& transaction) {
            insert(transaction, ami_1, "web 2026", "123456789012", snapshot_1);
            insert(transaction, ami_2, "debian", "amazon", "");
            insert(transaction, "ami-00000000000000003", "secret", "210987654321", "");
            state::SnapshotRow snapshot;
            snapshot.region = "us-east-1";
            snapshot.snapshot_id = snapshot_1;
            snapshot.owner = "123456789012";
            snapshot.volume_size_gib = 4;
            state::insert_snapshot(transaction, snapshot);
            state::put_tags(transaction, state::ec2_arn("us-east-1", "image", ami_1),
                            {{"team", "web"}});
            state::InstanceRow instance;
            instance.region = "us-east-1";
            instance.instance_id = "i-00000000000000001";
            instance.owner = "123456789012";
            instance.state = "running";
            state::put_instance(transaction, instance);
        });
    }

    static void insert(db::Transaction& transaction, const char* id, const char* name,
                       const char* owner, const char* snapshot) {
        state::AmiRow ami;
        ami.region = "us-east-1";
        ami.image_id = id;
        ami.name = name;
        ami.owner = owner;
        ami.root_device_name = "/dev/xvda";
        if (*snapshot != '\0') {
            ami.devices.push_back({"/dev/xvda", snapshot, 4});
        }
        state::insert_ami(transaction, ami);
    }

    std::string images(json::object input) {
        const auto answer = call("DescribeImages", std::move(input), "ec2");
        std::string ids;
        const auto* set = answer.as_object().if_contains("imagesSet");
        if (set != nullptr && set->is_object() && set->as_object().contains("item")) {
            for (const auto& item : set->at("item").as_array()) {
                ids += text("imageId", item).substr(20) + " ";
            }
        }
        return ids;
    }
    static json::object filter(const char* name, const char* value) {
        return {{"Filter",
                 json::object{
                     {"1", json::object{{"Name", name}, {"Value", json::object{{"1", value}}}}}}}};
    }
};

TEST_F(Ec2Test, DescribesImagesThatTheCallerMaySee) {
    EXPECT_EQ(images({}), "2 1 ");
    EXPECT_EQ(images({{"Owner", json::object{{"1", "self"}}}}), "1 ");
    EXPECT_EQ(images({{"Owner", json::object{{"1", "amazon"}}}}), "2 ");
    EXPECT_EQ(images({{"ImageId", json::object{{"1", ami_1}}}}), "1 ");
    EXPECT_EQ(images(filter("name", "web*")), "1 ");
    EXPECT_EQ(images(filter("name", "w?b")), "");
    EXPECT_EQ(images(filter("tag:team", "web")), "1 ");
    EXPECT_EQ(images(filter("tag-key", "team")), "1 ");
    EXPECT_EQ(images(filter("state", "pending")), "");
    const auto answer = call("DescribeImages", filter("image-id", ami_1), "ec2");
    EXPECT_EQ(text("imagesSet.item.0.name", answer), "web 2026");
    EXPECT_EQ(text("imagesSet.item.0.imageState", answer), "available");
    EXPECT_EQ(text("imagesSet.item.0.tagSet.item.0.value", answer), "web");
    EXPECT_EQ(text("imagesSet.item.0.blockDeviceMapping.item.0.ebs.snapshotId", answer),
              snapshot_1);
    context_.region = "us-west-2";
    EXPECT_EQ(images({}), "");
}

TEST_F(Ec2Test, SaysWhatIsWrongWithAnImageId) {
    const auto error = [&](const char* id) {
        return error_of("DescribeImages", {{"ImageId", json::object{{"1", id}}}}, "ec2");
    };
    EXPECT_TRUE(error("ami-00000000000000009").starts_with("InvalidAMIID.NotFound"));
    EXPECT_TRUE(error("ami-00000000000000003").starts_with("InvalidAMIID.NotFound"));
    EXPECT_TRUE(error("nonsense").starts_with("InvalidAMIID.Malformed"));
    EXPECT_TRUE(error_of("DescribeImages", filter("colour", "red"), "ec2")
                    .starts_with("InvalidParameterValue"));
}

TEST_F(Ec2Test, KeepsASnapshotWhileAnImageUsesIt) {
    const json::object snapshot{{"SnapshotId", snapshot_1}};
    EXPECT_TRUE(error_of("DeleteSnapshot", snapshot, "ec2").starts_with("InvalidSnapshot.InUse"));
    EXPECT_TRUE(error_of("DeregisterImage", {{"ImageId", ami_2}}, "ec2")
                    .starts_with("UnauthorizedOperation"));
    call("DeregisterImage", {{"ImageId", ami_1}}, "ec2");
    EXPECT_EQ(images({}), "2 ");
    call("DeleteSnapshot", snapshot, "ec2");
    EXPECT_TRUE(
        error_of("DeleteSnapshot", snapshot, "ec2").starts_with("InvalidSnapshot.NotFound"));
}

TEST_F(Ec2Test, DeregistersWithSnapshots) {
    const auto answer =
        call("DeregisterImage", {{"ImageId", ami_1}, {"DeleteAssociatedSnapshots", "true"}}, "ec2");
    EXPECT_EQ(text("deleteSnapshotResultSet.item.0.returnCode", answer), "success");
    EXPECT_TRUE(
        error_of("DescribeSnapshots", {{"SnapshotId", json::object{{"1", snapshot_1}}}}, "ec2")
            .starts_with("InvalidSnapshot.NotFound"));
}

TEST_F(Ec2Test, TagsAreMadeShownAndRemoved) {
    const auto tag = [](const char* key, const char* value) {
        return json::object{{"1", json::object{{"Key", key}, {"Value", value}}}};
    };
    const json::object resource{{"1", snapshot_1}};
    call("CreateTags", {{"ResourceId", resource}, {"Tag", tag("stage", "test")}}, "ec2");
    auto tags = call("DescribeTags", filter("resource-type", "snapshot"), "ec2");
    EXPECT_EQ(text("tagSet.item.0.key", tags), "stage");
    EXPECT_EQ(text("tagSet.item.0.resourceId", tags), snapshot_1);
    call("DeleteTags", {{"ResourceId", resource}, {"Tag", tag("stage", "other")}}, "ec2");
    tags = call("DescribeTags", filter("key", "stage"), "ec2");
    EXPECT_EQ(text("tagSet.item.0.value", tags), "test");
    call("DeleteTags", {{"ResourceId", resource}, {"Tag", tag("stage", "test")}}, "ec2");
    tags = call("DescribeTags", filter("key", "stage"), "ec2");
    EXPECT_EQ(text("tagSet.item.0.value", tags), "");
    EXPECT_TRUE(error_of("CreateTags",
                         {{"ResourceId", json::object{{"1", ami_2}}}, {"Tag", tag("a", "b")}},
                         "ec2")
                    .starts_with("InvalidID"));
}

TEST_F(Ec2Test, ShowsRegionsInstancesAndDryRuns) {
    EXPECT_EQ(text("regionInfo.item.2.regionName", call("DescribeRegions", json::object{}, "ec2")),
              "eu-west-1");
    const auto instances = call("DescribeInstances", json::object{}, "ec2");
    EXPECT_EQ(text("reservationSet.item.0.instancesSet.item.0.instanceState.code", instances),
              "16");
    EXPECT_TRUE(
        error_of("DescribeImages", {{"DryRun", "true"}}, "ec2").starts_with("DryRunOperation"));
}

}  // namespace
}  // namespace goldsmith::service
