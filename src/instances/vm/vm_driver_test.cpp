// The vm driver for real, under whatever accelerator works here; emulated boots take 15 s and more.
// Plain `./dev test` starts machines that never get to a system, `--all` boots.
#include "instances/vm/vm_driver.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "base/process.h"
#include "instances/console.h"
#include "instances/vm/saved_states.h"
#include "instances/vm/vm_world.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;

/// One that dies without booting to the end is cheap; the others have a minute for each boot, which
/// an emulated machine keeps on a quiet host only, and are for --all.
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

private:
    VmWorld world_{{.accelerator = choose_accelerator()}};
};

INSTANTIATE_TEST_SUITE_P(Vm, InstanceConformance,
                         testing::Values(InstanceWorldFactory{
                             "vm", [] { return std::make_unique<ConformingWorld>(); }}));

class Vm : public testing::Test {
protected:
    void SetUp() override {
        if (!VmWorld::runs_all()) {
            GTEST_SKIP() << "boots machines: ./dev test --all runs it";
        }
        if (const std::string reason = world_.skip_reason(); !reason.empty()) {
            GTEST_SKIP() << reason;
        }
    }

    static Deadline soon() { return std::chrono::steady_clock::now() + 240s; }

    static guest::GuestClient::Output sh(Instance& instance, const std::string& script) {
        return instance.guest().capture(
            {{"sh", "-c", script}, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, "/", false}, soon());
    }

    std::unique_ptr<Instance> started(const std::string& name) {
        auto instance = world_.make(name);
        instance->start();
        instance->wait_ready(soon(), {});
        return instance;
    }

    VmWorld world_{{.accelerator = choose_accelerator()}};
};

/// One machine for all that needs a healthy one: a boot costs more than everything asked of it.
TEST_F(Vm, IsAMachineOfItsOwn) {
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
    EXPECT_EQ(instance->stop(120s), Instance::Stopped::clean);
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
        InstanceSpec spec = world_.spec(name, false);
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

    /// Processes whose command line names our folder.
    std::vector<pid_t> processes() const {
        std::vector<pid_t> found;
        for (const std::string& name : base::list_directory("/proc")) {
            if (name.find_first_not_of("0123456789") != std::string::npos) {
                continue;
            }
            try {
                const std::string line = base::read_file("/proc/" + name + "/cmdline", 1 << 20);
                if (line.find(world_.folder().string()) != std::string::npos) {
                    found.push_back(std::stoi(name));
                }
            } catch (const base::SystemError&) {
                // It has just ended.
            }
        }
        return found;
    }

    bool all_gone() const {
        for (int i = 0; i < 400 && !processes().empty(); ++i) {
            ::usleep(25'000);
        }
        return processes().empty();
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
    EXPECT_FALSE(processes().empty()) << "the test looks for the wrong thing";
    instance.reset();
    EXPECT_TRUE(all_gone());
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
    for (const pid_t process : processes()) {
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
    EXPECT_FALSE(processes().empty()) << "the test looks for the wrong thing";
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_TRUE(all_gone());
}

class VmWarm : public Vm {
protected:
    InstanceSpec warm_spec(const std::string& name) {
        InstanceSpec spec = world_.spec(name);
        spec.warm_start = WarmStart{world_.folder() / "saved", 4ULL << 30, "base disk"};
        return spec;
    }

    std::unique_ptr<Instance> started(const InstanceSpec& spec) {
        auto instance = world_.make(spec);
        const auto begin = std::chrono::steady_clock::now();
        instance->start();
        instance->wait_ready(soon(), {});
        std::printf("%s is ready after %lld ms\n", spec.id.c_str(),
                    static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                               std::chrono::steady_clock::now() - begin)
                                               .count()));
        for (const std::string& line : instance->shortcomings()) {
            ADD_FAILURE() << line;
        }
        return instance;
    }

    static std::string uptime(Instance& instance) {
        return sh(instance, "cut -d. -f1 /proc/uptime").stdout_text;
    }
};

TEST_F(VmWarm, LaterMachinesGoOnFromTheFirstAsMachinesOfTheirOwn) {
    const std::string first_id = [&] {
        const auto first = started(warm_spec("first"));
        // What the first does after it was saved is not in the others.
        first->guest().put_file("/var/tmp/mine", "mine", 0644, soon());
        return sh(*first, "cat /etc/machine-id").stdout_text;
    }();
    ASSERT_EQ(base::list_directory(world_.folder() / "saved").size(), 1U);
    const auto one = started(warm_spec("one"));
    const auto two = started(warm_spec("two"));
    std::set<std::string> ids{first_id};
    std::set<std::string> random;
    for (Instance* instance : {one.get(), two.get()}) {
        EXPECT_NE(sh(*instance, "test -e /var/tmp/mine").exited.exit_code, 0);
        ids.insert(sh(*instance, "cat /etc/machine-id").stdout_text);
        random.insert(sh(*instance, "cat /proc/sys/kernel/random/uuid").stdout_text);
        const auto now = std::chrono::system_clock::now();
        const auto clock = std::chrono::seconds(std::stoll(sh(*instance, "date +%s").stdout_text));
        EXPECT_LT(std::chrono::abs(now.time_since_epoch() - clock), 60s);
        EXPECT_EQ(sh(*instance, "systemctl --failed --no-legend --plain").stdout_text, "");
        EXPECT_EQ(sh(*instance, "echo data > /var/tmp/kept && sync && echo done").stdout_text,
                  "done\n");
    }
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_EQ(random.size(), 2U);
    // A restart is a boot, from the disk that it has.
    one->reboot(soon(), {});
    EXPECT_EQ(sh(*one, "cat /var/tmp/kept").stdout_text, "data\n");
    EXPECT_EQ(one->stop(120s), Instance::Stopped::clean);
    EXPECT_EQ(two->stop(120s), Instance::Stopped::clean);
    const auto checked = base::run({"qemu-img",
                                    {"check", "-q", (world_.folder() / "two/disk.qcow2").string()},
                                    {},
                                    false,
                                    {}});
    EXPECT_TRUE(checked.status.success()) << checked.stderr_text;
}

TEST_F(VmWarm, AStateThatIsNoneIsThrownAwayAndTheMachineBoots) {
    InstanceSpec spec = warm_spec("damaged");
    {
        QemuSettings settings;
        settings.vcpus = spec.vcpus;
        settings.memory_mib = spec.memory_mib;
        settings.accelerator = choose_accelerator();
        settings.credentials_file = "credentials.txt";
        const base::Path entry = world_.folder() / "saved" / saved_state_key(settings, spec);
        base::make_directories(entry);
        base::write_file_atomically(entry / "memory", "no machine");
        base::write_file_atomically(entry / "seed.img", "no seed");
        std::filesystem::copy_file(spec.disk, entry / "disk.qcow2");
    }
    const auto instance = world_.make(spec);
    instance->start();
    instance->wait_ready(soon(), {});
    ASSERT_EQ(instance->shortcomings().size(), 1U);
    EXPECT_NE(instance->shortcomings()[0].find("no warm start"), std::string::npos);
    EXPECT_EQ(sh(*instance, "echo works").stdout_text, "works\n");
}

}  // namespace
}  // namespace goldsmith::instances
