// The networks and groups of the configuration as EC2 shows them, and as RunInstances takes them.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "api/networks.h"
#include "db/database.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/instance_launch.h"
#include "state/instances.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto ami = "ami-00000000000000001";

api::Networks configured() {
    api::NamedNetwork lab{.name = "lab", .cidr = "10.9.0.0/24"};
    lab.network.name = "lab";
    api::runner::EgressRule by_address;
    by_address.cidr = "192.0.2.7";
    by_address.protocol = api::runner::EgressProtocol::tcp;
    by_address.from_port = by_address.to_port = 443;
    api::runner::EgressRule by_name;
    by_name.host = "deb.debian.org";
    api::NamedGroup web{.name = "web", .description = "The web", .egress = {{by_address, by_name}}};
    return api::Networks({lab}, {web});
}

class Ec2NetworksTest : public ServiceFixture {
protected:
    Ec2NetworksTest() {
        dependencies_->networks = &networks_;
        remake_endpoints();
        database_->write([&](db::Transaction& transaction) {
            state::AmiRow row;
            row.region = "us-east-1";
            row.image_id = ami;
            row.name = "web";
            row.owner = "123456789012";
            row.root_device_name = "/dev/xvda";
            row.devices.push_back({"/dev/xvda", "snap-00000000000000001", 4});
            state::insert_ami(transaction, row);
        });
    }

    json::value ec2(const char* operation, json::object input = {}) {
        return call(operation, std::move(input), "ec2");
    }
    static json::object list(const char* name, std::initializer_list<std::string> values) {
        json::object numbered;
        for (const std::string& value : values) {
            numbered[std::to_string(numbered.size() + 1)] = value;
        }
        return {{name, numbered}};
    }
    static json::object launch(json::object more) {
        more["ImageId"] = ami;
        more["MinCount"] = "1";
        more["MaxCount"] = "1";
        return more;
    }
    state::InstanceLaunch launched(const json::value& answer) {
        const std::string id = text("instancesSet.item.0.instanceId", answer);
        return database_->read([&](db::Connection& connection) {
            return state::decode_instance_launch(
                state::find_instance(connection, "us-east-1", id)->launch);
        });
    }

    const api::Networks networks_ = configured();
    const std::string lab_ = networks_.networks().back().id();
    const std::string web_ = networks_.groups().back().id();
};

TEST_F(Ec2NetworksTest, NamedNetworksAreSubnetsOfTheDefaultNetwork) {
    const auto all = ec2("DescribeSubnets");
    ASSERT_EQ(all.at_pointer("/subnetSet/item").as_array().size(), 4U);
    EXPECT_EQ(text("subnetSet.item.0.defaultForAz", all), "true");
    EXPECT_EQ(text("subnetSet.item.3.defaultForAz", all), "false");
    json::object by_tag{
        {"Filter", json::object{{"1", json::object{{"Name", "tag:Name"},
                                                   {"Value", json::object{{"1", "lab"}}}}}}}};
    const auto found = ec2("DescribeSubnets", by_tag);
    ASSERT_EQ(found.at_pointer("/subnetSet/item").as_array().size(), 1U);
    EXPECT_EQ(text("subnetSet.item.0.subnetId", found), lab_);
    EXPECT_EQ(text("subnetSet.item.0.cidrBlock", found), "10.9.0.0/24");
    EXPECT_EQ(text("subnetSet.item.0.availabilityZone", found), "us-east-1a");
    const auto vpc = ec2("DescribeVpcs");
    EXPECT_EQ(text("vpcSet.item.0.vpcId", vpc), text("subnetSet.item.0.vpcId", found));
    EXPECT_EQ(text("vpcSet.item.0.cidrBlockAssociationSet.item.1.cidrBlock", vpc), "10.9.0.0/24");
}

TEST_F(Ec2NetworksTest, GroupsShowWhatTheyAllow) {
    const auto all = ec2("DescribeSecurityGroups");
    EXPECT_EQ(text("securityGroupInfo.item.0.groupName", all), "default");
    EXPECT_EQ(text("securityGroupInfo.item.0.ipPermissionsEgress.item.0.ipProtocol", all), "-1");
    const auto web = ec2("DescribeSecurityGroups", list("GroupName", {"web"}));
    const std::string group = "securityGroupInfo.item.0.";
    EXPECT_EQ(text(group + "groupId", web), web_);
    EXPECT_EQ(text(group + "groupDescription", web), "The web");
    const std::string rules = group + "ipPermissionsEgress.item.";
    EXPECT_EQ(text(rules + "0.ipProtocol", web), "tcp");
    EXPECT_EQ(text(rules + "0.fromPort", web), "443");
    EXPECT_EQ(text(rules + "0.ipRanges.item.0.cidrIp", web), "192.0.2.7/32");
    EXPECT_EQ(text(rules + "1.prefixListIds.item.0.description", web), "deb.debian.org");
    EXPECT_TRUE(error_of("DescribeSecurityGroups", list("GroupName", {"webb"}), "ec2")
                    .starts_with("InvalidGroup.NotFound"));
}

TEST_F(Ec2NetworksTest, InstancesAreLaunchedIntoThem) {
    json::object request = launch(list("SecurityGroupId", {web_}));
    request["SubnetId"] = lab_;
    const auto answer = ec2("RunInstances", request);
    EXPECT_EQ(text("instancesSet.item.0.subnetId", answer), lab_);
    EXPECT_EQ(text("instancesSet.item.0.groupSet.item.0.groupName", answer), "web");
    EXPECT_EQ(launched(answer).subnet_id, lab_);
    EXPECT_EQ(launched(answer).group_ids, std::vector{web_});
    const auto by_name = ec2("RunInstances", launch(list("SecurityGroup", {"web", "default"})));
    EXPECT_EQ(launched(by_name).group_ids.front(), web_);
    EXPECT_EQ(launched(by_name).group_ids.size(), 2U);
    const auto plain = ec2("RunInstances", launch({}));
    EXPECT_EQ(launched(plain).group_names, std::vector<std::string>{"default"});
    EXPECT_EQ(launched(plain).availability_zone, "us-east-1a");
}

TEST_F(Ec2NetworksTest, UnknownOnesAreRefused) {
    const auto error = [&](json::object more) {
        return error_of("RunInstances", launch(std::move(more)), "ec2");
    };
    EXPECT_THAT(error({{"SubnetId", "subnet-1"}}), testing::StartsWith("InvalidSubnetID.NotFound"));
    EXPECT_THAT(error(list("SecurityGroupId", {"sg-1"})),
                testing::StartsWith("InvalidGroup.NotFound"));
    EXPECT_THAT(error({{"SubnetId", lab_},
                       {"Placement", json::object{{"AvailabilityZone", "us-east-1b"}}}}),
                testing::HasSubstr("is not in us-east-1b"));
}

}  // namespace
}  // namespace goldsmith::service
