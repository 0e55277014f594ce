#include "api/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::api {
namespace {

using testing::HasSubstr;

runner::EgressRule to(const std::string& cidr) {
    runner::EgressRule rule;
    rule.cidr = cidr;
    return rule;
}

Networks example() {
    NamedNetwork build{.name = "build"};
    build.network.name = "build";
    build.network.host_access = true;
    build.network.egress = {{runner::EgressList{.rules = {to("192.0.2.1")}}}};
    NamedNetwork from_aws{.name = "subnet-0123abcd"};
    from_aws.network.mode = runner::NetworkMode::isolated;
    NamedGroup web{.name = "web", .egress = {{to("10.0.0.0/8")}}};
    NamedGroup mail{.name = "mail", .egress = {{to("10.9.0.1"), to("10.9.0.2")}}};
    NamedGroup open{.name = "open"};
    return Networks({build, from_aws}, {web, mail, open});
}

const DefaultNetwork own = default_network("123456789012", "us-east-1");

TEST(Networks, AreFoundByNameAndById) {
    const Networks networks = example();
    for (const DefaultSubnet& subnet : own.subnets) {
        EXPECT_EQ(networks.network(own, subnet.id), networks.network(own, "default"));
    }
    EXPECT_EQ(networks.group(own, own.group_id), networks.group(own, "default"));
    const NamedNetwork* build = networks.network(own, "build");
    ASSERT_NE(build, nullptr);
    EXPECT_THAT(build->id(), testing::MatchesRegex("subnet-[0-9a-f]{17}"));
    EXPECT_EQ(networks.network(own, build->id()), build);
    const NamedGroup* web = networks.group(own, "web");
    ASSERT_NE(web, nullptr);
    EXPECT_THAT(id_of(own, *web), testing::MatchesRegex("sg-[0-9a-f]{17}"));
    EXPECT_EQ(networks.group(own, web->id()), web);
    EXPECT_EQ(networks.network(own, "subnet-0123abcd")->id(), "subnet-0123abcd")
        << "an id that a configuration for AWS names";
    EXPECT_EQ(networks.network(own, web->id()), nullptr);
}

TEST(Networks, TheDefaultIdsOfOthersAreUnknown) {
    const Networks networks = example();
    const DefaultNetwork other = default_network("210987654321", "us-east-1");
    EXPECT_EQ(networks.network(own, other.subnets.front().id), nullptr);
    EXPECT_EQ(networks.group(own, other.group_id), nullptr);
}

TEST(Networks, WhatIsUnknownIsNamedWithWhatIsKnown) {
    const Networks networks = example();
    EXPECT_EQ(networks.subnet_problem(own, std::nullopt), "");
    EXPECT_EQ(networks.subnet_problem(own, own.subnets.back().id), "");
    EXPECT_EQ(networks.group_problem(own, {"web", own.group_id}), "");
    EXPECT_THAT(networks.subnet_problem(own, "bulid"),
                testing::AllOf(HasSubstr("There is no subnet 'bulid'"), HasSubstr("build (subnet-"),
                               HasSubstr("default (" + own.subnets.front().id + ", ")));
    EXPECT_THAT(networks.group_problem(own, {"web", "sg-1"}),
                testing::AllOf(HasSubstr("no security group 'sg-1'"), HasSubstr("web (sg-"),
                               HasSubstr("default (" + own.group_id + ")")));
}

TEST(Networks, GroupsAddUpAndNarrowTheNetwork) {
    const Networks networks = example();
    const auto limited = networks.choose(own, "build", {"web", "mail"});
    EXPECT_EQ(limited.host_access, true);
    ASSERT_EQ(limited.egress->size(), 2U);
    EXPECT_EQ(limited.egress->at(0).rules.at(0).cidr, "192.0.2.1");
    EXPECT_EQ(limited.egress->at(1).rules.size(), 3U);
    EXPECT_EQ(networks.choose(own, "build", {"web", "open"}).egress->size(), 1U)
        << "one group allows everything";
    EXPECT_FALSE(networks.choose(own, std::nullopt, {}).egress);
    EXPECT_EQ(networks.choose(own, "subnet-0123abcd", {}).mode, runner::NetworkMode::isolated);
}

TEST(Networks, AConfiguredDefaultCounts) {
    NamedNetwork usual{.name = "default"};
    usual.network.mode = runner::NetworkMode::isolated;
    NamedGroup group{.name = "default", .egress = {{}}};
    const Networks networks({usual}, {group});
    const auto chosen = networks.choose(own, own.subnets.front().id, {});
    EXPECT_EQ(chosen.mode, runner::NetworkMode::isolated);
    EXPECT_EQ(chosen.egress->size(), 1U) << "no group means the default one";
}

}  // namespace
}  // namespace goldsmith::api
