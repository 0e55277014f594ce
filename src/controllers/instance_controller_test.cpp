#include "controllers/instance_controller.h"

#include "api/networks.h"
#include "base/error.h"
#include "controllers/controller_fixture.h"
#include "db/database.h"
#include "state/iam_entities.h"
#include "state/instance_launch.h"
#include "state/tags.h"

namespace goldsmith::controllers {
namespace {

using state::InstanceRow;

constexpr auto one = "i-00000000000000001";

class InstanceControllerTest : public ControllerFixture {
protected:
    void ask(const char* wanted, const char* state) {
        change_row(one, [&](InstanceRow& row) {
            row.wanted = wanted;
            row.state = state;
            row.changed_ms = clock_.now().time_since_epoch().count();
        });
    }
    void start() {
        insert_instance(one);
        turn();
        ASSERT_EQ(row(one).state, "running");
    }
    void change_launch(const std::function<void(state::InstanceLaunch&)>& change) {
        change_row(one, [&](InstanceRow& row) {
            auto launch = state::decode_instance_launch(row.launch);
            change(launch);
            row.launch = state::encode(launch);
        });
    }
    bool has_folder() { return std::filesystem::exists(folder_.path() / "instances" / one); }
};

TEST_F(InstanceControllerTest, StartsAMachineOnceHoweverOftenTheDaemonDies) {
    insert_instance(one);
    boots_ = false;
    for (int i = 0; i < 3; ++i) {
        turn();
        restart_daemon();
        EXPECT_EQ(row(one).state, "pending");
    }
    EXPECT_EQ(engine_.started(), 1);
    ASSERT_EQ(specs_.size(), 1U);
    EXPECT_EQ(specs_[0].purpose, api::runner::RunPurpose::instance);
    EXPECT_EQ(specs_[0].vcpus, 2);
    EXPECT_EQ(specs_[0].disk_size_gib, 8);
    EXPECT_EQ(specs_[0].user_data, "IyEvYmluL3No");
    EXPECT_EQ(specs_[0].instance_directory, (folder_.path() / "instances" / one).string());
}

TEST_F(InstanceControllerTest, TheMachineHasItsNetworkItsRoleAndItsMetadata) {
    api::NamedNetwork lab{.name = "lab"};
    lab.network.name = "lab";
    lab.network.mode = api::runner::NetworkMode::isolated;
    const api::Networks networks({lab});
    world_.networks = &networks;
    insert_instance(one);
    database_->write([&](db::Transaction& transaction) {
        state::IamEntity role{.account = "123456789012",
                              .kind = state::IamKind::role,
                              .name = "machine",
                              .unique_id = "AROAEXAMPLE"};
        state::IamEntity profile{.account = "123456789012",
                                 .kind = state::IamKind::instance_profile,
                                 .name = "machines",
                                 .path = "/web/",
                                 .unique_id = "AIPAEXAMPLE"};
        state::insert_iam_entity(transaction, role);
        state::insert_iam_entity(transaction, profile);
        state::add_iam_member(transaction, profile.unique_id, role.unique_id);
        state::put_tags(transaction, state::ec2_arn("us-east-1", "instance", one),
                        {{"team", "web"}});
    });
    change_launch([&](state::InstanceLaunch& launch) {
        launch.subnet_id = networks.network({}, "lab")->id();
        launch.profile_arn = "arn:aws:iam::123456789012:instance-profile/web/machines";
        launch.availability_zone = "us-east-1c";
        launch.http_tokens = "optional";
        launch.metadata_tags = "enabled";
    });
    turn();
    ASSERT_EQ(specs_.size(), 1U);
    EXPECT_EQ(specs_[0].network->mode, api::runner::NetworkMode::isolated);
    EXPECT_EQ(specs_[0].api_endpoint_file, (folder_.path() / "endpoint").string());
    const api::runner::MetadataFacts& facts = *specs_[0].metadata;
    EXPECT_EQ(facts.role_name, "machine");
    EXPECT_EQ(facts.instance_profile_id, "AIPAEXAMPLE");
    EXPECT_EQ(facts.availability_zone, "us-east-1c");
    EXPECT_EQ(facts.tokens_required, false);
    EXPECT_EQ(facts.hop_limit, 2);
    EXPECT_EQ(facts.tags->at("team"), "web");
}

TEST_F(InstanceControllerTest, AMetadataServiceThatIsSwitchedOffIsNotThere) {
    insert_instance(one);
    change_launch([](state::InstanceLaunch& launch) { launch.http_endpoint = "disabled"; });
    turn();
    EXPECT_FALSE(specs_.at(0).metadata);
    EXPECT_EQ(specs_.at(0).network->name, "default");
}

TEST_F(InstanceControllerTest, AMachineWhoseNetworkIsGoneIsTerminatedWithTheReason) {
    insert_instance(one);
    change_launch([](state::InstanceLaunch& launch) { launch.subnet_id = "subnet-gone"; });
    turn();
    turn();
    EXPECT_EQ(row(one).state, "terminated");
    EXPECT_NE(row(one).state_reason->find("There is no subnet 'subnet-gone'"), std::string::npos);
    EXPECT_TRUE(engine_.runs().empty());
}

TEST_F(InstanceControllerTest, IsReadyWhenTheRunnerSaysSo) {
    start();
    EXPECT_TRUE(row(one).is_ready);
}

TEST_F(InstanceControllerTest, AMachineThatCannotStartIsTerminatedWithTheReason) {
    boot_failure_ = "no root file system";
    insert_instance(one);
    turn();
    turn();
    EXPECT_EQ(row(one).state, "terminated");
    EXPECT_EQ(row(one).state_reason,
              "Server.InternalError: Internal error on launch: no root file system");
    EXPECT_TRUE(engine_.runs().empty());
    EXPECT_FALSE(has_folder());
}

TEST_F(InstanceControllerTest, StopsAndStartsFromTheSameFolder) {
    start();
    ask("stopped", "stopping");
    turn();
    turn();
    EXPECT_EQ(row(one).state, "stopped");
    EXPECT_TRUE(engine_.runs().empty());
    EXPECT_TRUE(has_folder());
    change_row(one, [](InstanceRow& row) {
        row.wanted = "running";
        row.state = "pending";
        row.generation += 1;
    });
    turn();
    EXPECT_EQ(row(one).state, "running");
    ASSERT_EQ(specs_.size(), 2U);
    EXPECT_NE(specs_[0].token, specs_[1].token);
    EXPECT_EQ(specs_[0].instance_directory, specs_[1].instance_directory);
}

TEST_F(InstanceControllerTest, AStoppedMachineThatDoesNotStartAgainKeepsItsDisk) {
    start();
    ask("stopped", "stopping");
    turn();
    turn();
    boot_failure_ = "no memory";
    change_row(one, [](InstanceRow& row) {
        row.wanted = "running";
        row.state = "pending";
        row.generation += 1;
    });
    turn();
    EXPECT_EQ(row(one).state, "stopped");
    EXPECT_TRUE(has_folder());
}

TEST_F(InstanceControllerTest, TerminatesAndRemovesWhatIsLeft) {
    start();
    ask("terminated", "shutting-down");
    turn();
    turn();
    EXPECT_EQ(row(one).state, "terminated");
    EXPECT_TRUE(engine_.runs().empty());
    EXPECT_FALSE(has_folder());
    clock_.advance(std::chrono::minutes(59));
    turn();
    EXPECT_EQ(row(one).state, "terminated");
    clock_.advance(std::chrono::minutes(2));
    turn();
    EXPECT_THROW(row(one), std::bad_optional_access);
}

TEST_F(InstanceControllerTest, AMachineThatDoesNotGoDownIsKilled) {
    start();
    execute_ = [](const auto&) { return std::nullopt; };
    ask("stopped", "stopping");
    turn();
    clock_.advance(std::chrono::seconds(100));
    turn();
    EXPECT_EQ(row(one).state, "stopping");
    clock_.advance(std::chrono::seconds(100));
    turn();
    turn();
    EXPECT_EQ(row(one).state, "stopped");
}

TEST_F(InstanceControllerTest, ARunnerThatIsKilledIsReplaced) {
    start();
    engine_.kill(run_of(one));
    turn();
    EXPECT_EQ(row(one).state, "running");
    EXPECT_FALSE(row(one).is_ready);
    turn();
    EXPECT_TRUE(row(one).is_ready);
    EXPECT_EQ(engine_.started(), 2);
    EXPECT_EQ(row(one).failures, 0);
}

TEST_F(InstanceControllerTest, ARunnerThatIsKilledWhileItStopsHasStopped) {
    start();
    execute_ = [](const auto&) { return std::nullopt; };
    ask("stopped", "stopping");
    turn();
    engine_.kill(run_of(one));
    turn();
    EXPECT_EQ(row(one).state, "stopped");
    EXPECT_TRUE(has_folder());
}

TEST_F(InstanceControllerTest, GivesUpOnRunnersThatDieAgainAndAgain) {
    start();
    boots_ = false;
    engine_.kill(run_of(one));
    for (int i = 0; i < 6; ++i) {
        turn();
        if (row(one).wanted == "running") {
            engine_.kill(run_of(one));
        }
    }
    EXPECT_EQ(row(one).state, "stopped");
    EXPECT_EQ(row(one).wanted, "stopped");
    EXPECT_TRUE(has_folder());
}

TEST_F(InstanceControllerTest, RestartsAsOftenAsItIsAsked) {
    start();
    change_row(one, [](InstanceRow& row) {
        row.reboots = 2;
        row.is_ready = false;
    });
    for (int i = 0; i < 6; ++i) {
        turn();
        restart_daemon();
    }
    EXPECT_EQ(executed_, (std::vector<std::string>{"reboot-1", "reboot-2"}));
    EXPECT_TRUE(row(one).is_ready);
    EXPECT_EQ(engine_.started(), 1);
}

TEST_F(InstanceControllerTest, WhatIsAskedForMeanwhileStands) {
    insert_instance(one);
    boots_ = false;
    turn();
    ask("terminated", "shutting-down");
    turn();
    turn();
    EXPECT_EQ(row(one).state, "terminated");
}

}  // namespace
}  // namespace goldsmith::controllers
