// The vm driver for real, under whatever accelerator works here; emulated boots take 15 s and more.
// Plain `./dev test` starts machines that never get to a system, `--all` boots.
#include "instances/vm/vm_driver.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "instances/console.h"
#include "instances/vm/vm_world.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;

/// One that dies without booting to the end is cheap; the others boot ten times, and are for --all.
bool is_always_run() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    return name.starts_with("SaysWhatTheConsoleShowed");
}

class ConformingWorld final : public InstanceWorld {
public:
    std::string skip_reason() override {
        return is_always_run() || VmWorld::runs_all() ? world_.skip_reason()
                                                      : "boots machines: ./dev test --all runs it";
    }
    std::unique_ptr<Instance> make(const std::string& name) override { return world_.make(name); }
    std::chrono::seconds patience() const override { return VmWorld::kPatience; }

private:
    VmWorld world_{{.accelerator = choose_accelerator()}};
};

INSTANTIATE_TEST_SUITE_P(Vm, InstanceConformance,
                         testing::Values(InstanceWorldFactory{
                             "vm", [] { return std::make_unique<ConformingWorld>(); }}));

/// One machine for all that needs a healthy one: a boot costs more than everything asked of it.
TEST_F(VmTest, IsAMachineOfItsOwn) {
    const auto instance = started("healthy");
    EXPECT_EQ(sh(*instance, "systemd-detect-virt --vm || true").exited.exit_code, 0);
    EXPECT_EQ(sh(*instance, "systemctl --failed --no-legend --plain").stdout_text, "");
    EXPECT_EQ(sh(*instance, "systemctl is-active multi-user.target").stdout_text, "active\n");
    EXPECT_EQ(sh(*instance, "nproc").stdout_text, "2\n");
    // What the firmware and the kernel keep for themselves is missing.
    const int memory = std::stoi(sh(*instance, "free -m | awk '/^Mem/{print $2}'").stdout_text);
    EXPECT_GT(memory, 900);
    EXPECT_LE(memory, 1024);
    // Its agent left nothing on the disk.
    EXPECT_EQ(sh(*instance, "find / -xdev -newer /proc/1 -path '*goldsmith*'").stdout_text, "");
    // Random numbers from the host, and a virtual machine generation.
    EXPECT_EQ(sh(*instance, "cat /sys/class/misc/hw_random/rng_current").stdout_text,
              "virtio_rng.0\n");
    const auto network = sh(*instance, "ip -4 -o address show scope global");
    EXPECT_NE(network.stdout_text.find("10.0.2.15"), std::string::npos) << network.stdout_text;

    // A program that floods, and a restart of the agent in the middle of everything.
    const auto flood = sh(*instance, "head -c 20000000 /dev/zero | tr '\\0' x | wc -c");
    EXPECT_EQ(flood.stdout_text, "20000000\n");
    try {
        sh(*instance, "systemctl kill -s KILL goldsmith-agent.service; sleep 60");
        FAIL() << "expected the connection to end";
    } catch (const guest::GuestLost&) {
    }
    EXPECT_EQ(instance->state(), PowerState::running);
    instance->wait_ready(soon(), {});
    EXPECT_EQ(sh(*instance, "echo again").stdout_text, "again\n");
    EXPECT_EQ(instance->stop(VmWorld::kPatience), Instance::Stopped::clean);
}

/// The way for systems whose systemd takes no credentials.
TEST_F(VmTest, IsReachedByCloudInitWhereCredentialsAreNotTaken) {
    const base::Path drop_in = world_.folder() / "no-credentials.conf";
    base::write_file_atomically(drop_in, "[Service]\nLoadCredential=\n");
    const std::string folder = "/etc/systemd/system/systemd-tmpfiles-setup.service.d";
    const InstanceSpec spec = world_.spec(
        "cloud", world_.changed_base("deaf", "mkdir " + folder + "\nwrite " + drop_in.string() +
                                                 " " + folder + "/10.conf\n"));
    const auto instance = started(spec);
    // It was given its time, and then started once more with the seed disk.
    EXPECT_EQ(said(*instance, "blkid -o value -s LABEL /dev/disk/by-id/virtio-goldsmith-seed"),
              "CIDATA");
    EXPECT_EQ(said(*instance, "find / -xdev -newer /proc/1 -path '*goldsmith*'"), "");
    EXPECT_EQ(said(*instance, "cat /proc/sys/kernel/hostname"), "debian");
    EXPECT_EQ(instance->stop(VmWorld::kPatience), Instance::Stopped::clean);
}

/// Machines that never get as far as an operating system: a boot sector is all there is. Cheap, so
/// always run.
class VmWithoutSystem : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = VmDriver().unavailable()) {
            GTEST_SKIP() << *reason;
        }
        if (!std::filesystem::exists(base::Path(GOLDSMITH_BINARY_DIR) / "bin" / "toe")) {
            GTEST_SKIP() << "build the target toe";
        }
    }

    /// `code` runs at 0x7c00 in real mode; without any the disk cannot be booted.
    std::unique_ptr<Instance> machine(const std::string& name, std::string code) {
        InstanceSpec spec = world_.spec(name, {});
        if (!code.empty()) {
            code.resize(510, '\0');
            code += "\x55\xaa";
        }
        code.resize(1U << 20, '\0');
        base::write_file_atomically(spec.disk, code);
        spec.disk_format = "raw";
        spec.memory_mib = 64;
        console_ = spec.console_file;
        return world_.make(spec);
    }

    static std::string failure_of(Instance& instance, std::chrono::seconds limit) {
        try {
            instance.wait_ready(std::chrono::steady_clock::now() + limit, {});
            return "";
        } catch (const InstanceFailed& error) {
            return error.what();
        }
    }

    VmWorld world_;
    base::Path console_;
};

const std::string kLoop = "\xeb\xfe";

TEST_F(VmWithoutSystem, ADiskWithoutABootLoaderIsNamedAtOnce) {
    const auto instance = machine("empty", "");
    instance->start();
    const std::string failure = failure_of(*instance, 60s);
    EXPECT_NE(failure.find("nothing on its disk that the firmware can start"), std::string::npos)
        << failure;
    EXPECT_EQ(instance->state(), PowerState::off);
}

TEST_F(VmWithoutSystem, AGuestThatNeverAnswersFailsInTimeAndLeavesNothing) {
    auto instance = machine("silent", kLoop);
    instance->start();
    EXPECT_NE(failure_of(*instance, 3s).find("it was not ready in time"), std::string::npos);
    EXPECT_FALSE(world_.processes().empty()) << "the test looks for the wrong thing";
    instance.reset();
    EXPECT_TRUE(world_.all_gone());
}

TEST_F(VmWithoutSystem, AFloodOnTheConsoleIsBounded) {
    // mov dx,0x3f8; mov al,'x'; again: out dx,al; jmp again
    const auto instance = machine("flood", "\xba\xf8\x03\xb0\x78\xee\xeb\xfd");
    instance->start();
    EXPECT_NE(failure_of(*instance, 8s).find("it was not ready in time"), std::string::npos);
    EXPECT_GT(std::filesystem::file_size(console_), 4096U);
    EXPECT_LE(std::filesystem::file_size(console_), Console::kMostBytes + (64U << 10));
}

TEST_F(VmWithoutSystem, AGuestThatRestartsByItselfIsNamed) {
    // mov al,0xfe; out 0x64,al; hlt; jmp back: the keyboard controller resets the machine
    const auto instance = machine("resets", "\xb0\xfe\xe6\x64\xf4\xeb\xfd");
    instance->start();
    const std::string failure = failure_of(*instance, 60s);
    EXPECT_NE(failure.find("it restarted by itself"), std::string::npos) << failure;
}

TEST_F(VmWithoutSystem, AKilledQemuIsNamed) {
    const auto instance = machine("killed", kLoop);
    instance->start();
    for (const pid_t process : world_.processes()) {
        ::kill(process, SIGKILL);
    }
    const std::string failure = failure_of(*instance, 60s);
    EXPECT_NE(failure.find("killed by signal 9"), std::string::npos) << failure;
    EXPECT_EQ(instance->state(), PowerState::off);
    EXPECT_NE(instance->console_tail(5).find("[goldsmith] i-killed: QEMU ended"),
              std::string::npos);
}

TEST_F(VmWithoutSystem, AKilledRunnerLeavesNothing) {
    const base::Pipe ready = base::make_pipe();
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        try {
            const auto instance = machine("orphan", kLoop);
            instance->start();
            base::write_all(ready.write_end.get(), "x");
            ::pause();
        } catch (...) {
        }
        ::_exit(1);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready.read_end.get(), &byte, 1), 1);
    EXPECT_FALSE(world_.processes().empty()) << "the test looks for the wrong thing";
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_TRUE(world_.all_gone());
}

}  // namespace
}  // namespace goldsmith::instances
