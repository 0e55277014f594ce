#include "instances/instance_conformance.h"

namespace goldsmith::instances {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(InstanceConformance);

TEST_P(InstanceConformance, RunsPrograms) {
    const auto instance = started("runs");
    EXPECT_EQ(instance->state(), PowerState::running);
    EXPECT_EQ(run(*instance, {"echo", "hello", "there"}).stdout_text, "hello there\n");
    EXPECT_EQ(run(*instance, {"sh", "-c", "exit 42"}).exited.exit_code, 42);
}

TEST_P(InstanceConformance, IsOffBeforeItsStartAndAfterItsStop) {
    const auto instance = world_->make("power");
    EXPECT_EQ(instance->state(), PowerState::off);
    EXPECT_THROW(instance->guest(), InstanceFailed);
    instance->start();
    instance->wait_ready(soon());
    EXPECT_EQ(instance->stop(world_->patience()), Instance::Stopped::clean);
    EXPECT_EQ(instance->state(), PowerState::off);
    EXPECT_THROW(instance->guest(), InstanceFailed);
}

TEST_P(InstanceConformance, KeepsItsFilesOverRestarts) {
    const auto instance = started("restarts");
    instance->guest().put_file("/var/tmp/kept", "kept over restarts\n", 0644, soon());
    for (int i = 0; i < 3; ++i) {
        instance->reboot(soon());
        EXPECT_EQ(instance->state(), PowerState::running);
        EXPECT_EQ(run(*instance, {"cat", "/var/tmp/kept"}).stdout_text, "kept over restarts\n");
    }
}

TEST_P(InstanceConformance, TwoAtOnceDoNotMeet) {
    const auto one = started("one");
    const auto two = started("two");
    one->guest().put_file("/var/tmp/name", "one", 0644, soon());
    two->guest().put_file("/var/tmp/name", "two", 0644, soon());
    EXPECT_EQ(run(*one, {"cat", "/var/tmp/name"}).stdout_text, "one");
    EXPECT_EQ(run(*two, {"cat", "/var/tmp/name"}).stdout_text, "two");
}

TEST_P(InstanceConformance, KillIsImmediateAndMayBeRepeated) {
    const auto instance = started("kill");
    instance->kill();
    EXPECT_EQ(instance->state(), PowerState::off);
    instance->kill();
    EXPECT_EQ(instance->stop(std::chrono::seconds(5)), Instance::Stopped::killed);
}

TEST_P(InstanceConformance, SaysWhatTheConsoleShowedWhenItIsNotReadyInTime) {
    const auto instance = world_->make("late");
    instance->start();
    std::stop_source stop;
    stop.request_stop();
    try {
        instance->wait_ready(soon(), stop.get_token());
        FAIL() << "expected InstanceFailed";
    } catch (const InstanceFailed& error) {
        EXPECT_NE(std::string(error.what()).find("console"), std::string::npos) << error.what();
    }
}

}  // namespace goldsmith::instances
