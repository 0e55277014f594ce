// The container driver for real: needs root, the programs it uses, and a small Debian disk, which
// is made once per build folder from the host's own package archive. Anything missing skips with
// the reason.
#include "instances/container/container_driver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/process.h"
#include "instances/container/mounts.h"
#include "instances/container/test_disk.h"
#include "instances/instance_conformance.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;

class ContainerWorld final : public InstanceWorld {
public:
    std::string skip_reason() override {
        if (const auto reason = driver_.unavailable()) {
            return *reason;
        }
        if (!std::filesystem::exists(agent_program())) {
            return "there is no " + agent_program().string() + ": build the target toe";
        }
        static const TestDisk disk = test_disk();
        disk_ = &disk;
        return disk.skip_reason;
    }

    std::unique_ptr<Instance> make(const std::string& name) override {
        const base::Path folder = folder_.path() / name;
        base::make_directories(folder / "work", 0700);
        InstanceSpec spec;
        spec.id = "i-" + name;
        spec.run_id = "test-" + std::to_string(::getpid()) + "-" + name;
        spec.disk = folder / "disk.qcow2";
        spec.root = disk_->root;
        spec.vcpus = 1;
        spec.memory_mib = 1024;
        spec.work_directory = folder / "work";
        spec.console_file = folder / "console.log";
        spec.agent_program = agent_program();
        base::run_checked({"qemu-img",
                           {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", disk_->path.string(),
                            spec.disk.string()},
                           {},
                           false,
                           {}});
        return driver_.create(spec);
    }

    base::Path folder() const { return folder_.path(); }

private:
    static base::Path agent_program() { return base::Path(GOLDSMITH_BINARY_DIR) / "bin" / "toe"; }

    base::TempDir folder_{"gs", "/var/tmp"};
    ContainerDriver driver_;
    const TestDisk* disk_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Container, InstanceConformance,
                         testing::Values(InstanceWorldFactory{
                             "container", [] { return std::make_unique<ContainerWorld>(); }}));

class Container : public testing::Test {
protected:
    void SetUp() override {
        if (const std::string reason = world_.skip_reason(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
    }

    static Deadline soon() { return std::chrono::steady_clock::now() + 60s; }

    static guest::GuestClient::Output sh(Instance& instance, const std::string& script) {
        return instance.guest().capture(
            {{"sh", "-c", script}, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, "/", false}, soon());
    }

    std::unique_ptr<Instance> started(const std::string& name) {
        auto instance = world_.make(name);
        instance->start();
        instance->wait_ready(soon());
        return instance;
    }

    ContainerWorld world_;
};

/// What a killed runner could leave: processes, loop devices, mounts and groups that name our
/// folder.
std::string leftovers(const std::string& marker) {
    std::string found;
    for (const std::string& name : base::list_directory("/proc")) {
        if (name.find_first_not_of("0123456789") == std::string::npos &&
            name != std::to_string(::getpid())) {
            std::string command;
            try {
                command = base::read_file("/proc/" + name + "/cmdline", 1 << 20);
            } catch (const base::SystemError&) {
                continue;  // it has just ended
            }
            if (command.find(marker) != std::string::npos) {
                found += "process " + name + "\n";
            }
        }
    }
    for (const std::string& name : base::list_directory("/sys/block")) {
        const auto file = base::read_file_if_exists("/sys/block/" + name + "/loop/backing_file");
        if (file && file->find(marker) != std::string::npos) {
            found += "loop device " + name + "\n";
        }
    }
    if (base::read_file("/proc/1/mounts").find(marker) != std::string::npos ||
        base::read_file("/proc/self/mounts").find(marker) != std::string::npos) {
        found += "mounts\n";
    }
    return found;
}

/// Waits for the kernel to finish; it takes apart namespaces in the background.
std::string leftovers_after_a_while(const std::string& marker) {
    std::string found;
    for (int i = 0; i < 400; ++i) {
        found = leftovers(marker);
        if (found.empty()) {
            break;
        }
        std::this_thread::sleep_for(25ms);
    }
    return found;
}

TEST_F(Container, BootsWithItsOwnInitAndNothingFailed) {
    const auto instance = started("boots");
    EXPECT_EQ(sh(*instance, "cat /proc/1/comm").stdout_text, "systemd\n");
    EXPECT_EQ(sh(*instance, "systemctl --failed --no-legend --plain").stdout_text, "");
    EXPECT_EQ(sh(*instance, "systemctl is-active multi-user.target").stdout_text, "active\n");
}

TEST_F(Container, SeesNoFileSystemOfTheHostThatItCouldWriteTo) {
    const auto instance = started("isolated");
    EXPECT_NE(sh(*instance, "touch /run/goldsmith/x").exited.exit_code, 0);
    EXPECT_NE(sh(*instance, "echo x >> /run/goldsmith/toe").exited.exit_code, 0);
    EXPECT_NE(sh(*instance, "ls " + world_.folder().string()).exited.exit_code, 0);
    // A node of the host's disks, made or brought along, opens nothing.
    EXPECT_NE(
        sh(*instance, "mknod /var/tmp/loop0 b 7 0; head -c 1 /var/tmp/loop0").exited.exit_code, 0);
    EXPECT_NE(sh(*instance,
                 "mkdir -p /run/t; mount -t tmpfs t /run/t; mknod /run/t/loop0 b 7 0;"
                 " head -c 1 /run/t/loop0")
                  .exited.exit_code,
              0);
}

TEST_F(Container, HasANetworkOfItsOwn) {
    const auto one = started("net1");
    const auto two = started("net2");
    const std::string links = sh(*one, "cat /proc/net/dev").stdout_text;
    EXPECT_NE(links.find("net0"), std::string::npos) << links;
    EXPECT_EQ(links.find("eth0"), std::string::npos) << links;
    // The same port in both, at once.
    const std::string listen = "systemd-run -q --unit=listen systemd-socket-activate -l 80 cat";
    if (sh(*one, "command -v systemd-socket-activate").exited.exit_code == 0) {
        EXPECT_EQ(sh(*one, listen).exited.exit_code, 0);
        EXPECT_EQ(sh(*two, listen).exited.exit_code, 0);
    }
}

TEST_F(Container, ReachesThePackageArchiveWhenTheHostDoes) {
    const std::string url = mirror_of_host();
    if (url.empty() ||
        !base::run({"curl", {"-sfI", "-m", "10", url}, {}, false, {}}).status.success()) {
        GTEST_SKIP() << "the host itself does not reach its package archive";
    }
    const auto instance = started("mirror");
    const auto output = sh(*instance, "apt-get -q update 2>&1");
    EXPECT_EQ(output.exited.exit_code, 0) << output.stdout_text;
}

TEST_F(Container, FillingItsDiskFailsInTheGuestOnly) {
    const auto instance = started("full");
    const auto output = sh(*instance, "head -c 100G /dev/zero > /var/tmp/big");
    EXPECT_NE(output.exited.exit_code, 0);
    EXPECT_NE(output.stderr_text.find("No space left"), std::string::npos) << output.stderr_text;
    EXPECT_EQ(sh(*instance, "rm /var/tmp/big && echo fine").stdout_text, "fine\n");
    EXPECT_EQ(instance->stop(60s), Instance::Stopped::clean);
}

TEST_F(Container, LeavesNoTraceOnTheDisk) {
    const auto instance = started("traces");
    EXPECT_NE(sh(*instance, "cat /etc/machine-id").stdout_text, "");
    EXPECT_EQ(instance->stop(30s), Instance::Stopped::clean);
    instance->start();
    instance->wait_ready(soon());
    EXPECT_EQ(sh(*instance,
                 "grep -rl goldsmith /etc /usr /var --include=* -s | grep -v '^/var/log/journal'")
                  .stdout_text,
              "");
}

TEST_F(Container, WhatTheGuestWroteIsOnTheDiskAndTheFileSystemIsSound) {
    const auto instance = started("sound");
    EXPECT_EQ(sh(*instance,
                 "cp -a /usr/lib /var/tmp/usr && cd /var/tmp &&"
                 " find usr -type f | sort | xargs -d '\\n' sha256sum > sums")
                  .exited.exit_code,
              0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(instance->stop(60s), Instance::Stopped::clean);
        instance->start();
        instance->wait_ready(soon());
        const auto output = sh(*instance, "cd /var/tmp && sha256sum --quiet -c sums 2>&1 | head");
        EXPECT_EQ(output.stdout_text, "");
    }
    EXPECT_EQ(instance->stop(60s), Instance::Stopped::clean);
    const base::Path raw = world_.folder() / "sound.raw";
    base::run_checked(
        {"qemu-img",
         {"convert", "-O", "raw", (world_.folder() / "sound/disk.qcow2").string(), raw.string()},
         {},
         false,
         {}});
    const auto checked = base::run({"e2fsck", {"-f", "-n", raw.string()}, {}, false, {}});
    EXPECT_TRUE(checked.status.success()) << checked.stdout_text << checked.stderr_text;
}

TEST_F(Container, AGuestThatDoesNotBootSaysSo) {
    const auto instance = started("broken");
    sh(*instance,
       "rm -f /sbin/init /usr/lib/systemd/systemd && ln -s /bin/false /usr/lib/systemd/systemd");
    instance->stop(20s);
    instance->start();
    try {
        instance->wait_ready(soon());
        FAIL() << "expected InstanceFailed";
    } catch (const InstanceFailed& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("i-broken"), std::string::npos) << text;
        EXPECT_NE(text.find("went down before it was ready"), std::string::npos) << text;
    }
}

TEST_F(Container, StoppedInstanceLeavesNothing) {
    started("gone")->stop(30s);
    EXPECT_EQ(leftovers_after_a_while(world_.folder().string()), "");
}

TEST_F(Container, AKilledProcessLeavesNothing) {
    const base::Pipe ready = base::make_pipe();
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        try {
            // Its own mounts, as a runner has them.
            enter_private_mount_namespace();
            const auto instance = started("killed");
            base::write_all(ready.write_end.get(), "x");
            ::pause();
        } catch (...) {
        }
        ::_exit(1);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready.read_end.get(), &byte, 1), 1);
    EXPECT_NE(leftovers(world_.folder().string()), "") << "the test looks for the wrong thing";
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(leftovers_after_a_while(world_.folder().string()), "");
}

}  // namespace
}  // namespace goldsmith::instances

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (::geteuid() == 0) {
        try {
            goldsmith::instances::enter_private_mount_namespace();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: the container tests cannot run\n", error.what());
        }
    }
    return RUN_ALL_TESTS();
}
