// Guests that do what they can against their host: each is a clear error in time, takes bounded
// memory and disk of the host, and leaves nothing. All go on from one saved machine. For `./dev
// test --all`; those that need no system are in vm_driver_test.cpp.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "base/error.h"
#include "base/process.h"
#include "instances/console.h"
#include "instances/vm/vm_world.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMib = 1ULL << 20;

class VmHostile : public VmTest {
protected:
    /// The first machine, which is saved, belongs to the suite.
    static void SetUpTestSuite() { saved_ = std::make_unique<base::TempDir>("gs", "/var/tmp"); }
    static void TearDownTestSuite() { saved_.reset(); }

    InstanceSpec warm(const std::string& name) {
        InstanceSpec spec = world_.spec(name);
        spec.warm_start = WarmStart{saved_->path(), 4ULL << 30, "base disk"};
        return spec;
    }

    /// Resident memory of all that belongs to the machines.
    std::uint64_t resident_bytes() const {
        std::uint64_t pages = 0;
        for (const pid_t process : world_.processes()) {
            std::uint64_t all = 0;
            std::uint64_t resident = 0;
            std::istringstream(
                base::read_file_if_exists("/proc/" + std::to_string(process) + "/statm")
                    .value_or("")) >>
                all >> resident;
            pages += resident;
        }
        return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }

    static std::uint64_t allocated_bytes(const base::Path& file) {
        struct stat facts {};
        return ::stat(file.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_blocks) * 512
                                                 : 0;
    }

    void expect_nothing_left(std::unique_ptr<Instance> instance) {
        instance->kill();
        instance.reset();
        EXPECT_TRUE(world_.all_gone());
    }

    /// Runs it for at most `limit`; what came of it, for messages.
    static std::string outcome_of(Instance& instance, const std::string& script,
                                  std::chrono::seconds limit) {
        try {
            const auto output = instance.guest().capture(
                {{"sh", "-c", script}, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, "/", false},
                std::chrono::steady_clock::now() + limit);
            return "exit code " + std::to_string(output.exited.exit_code);
        } catch (const guest::GuestTimeout&) {
            return "timeout";
        } catch (const guest::GuestSilent& error) {
            return std::string("silent: ") + error.what();
        } catch (const guest::GuestLost& error) {
            return std::string("lost: ") + error.what();
        }
    }

private:
    static inline std::unique_ptr<base::TempDir> saved_;
};

TEST_F(VmHostile, AFullDiskOfTheGuestIsItsOwnTrouble) {
    InstanceSpec spec = warm("fills");
    auto instance = started(spec);
    // Blocks that are reserved cost the host nothing; the rest is really written.
    EXPECT_EQ(said(*instance,
                   "free=$(df --output=avail -m / | tail -1);"
                   "fallocate -l $((free - 60))M /var/tmp/reserved && echo done"),
              "done");
    EXPECT_NE(sh(*instance, "cat /dev/urandom > /var/tmp/fill").exited.exit_code, 0);
    EXPECT_THROW(
        instance->guest().put_file("/var/tmp/more", std::string(1U << 20, 'x'), 0644, soon()),
        guest::GuestError);
    EXPECT_EQ(said(*instance, "rm /var/tmp/fill /var/tmp/reserved; echo works"), "works");
    EXPECT_LT(allocated_bytes(spec.disk), 1024 * kMib);
    expect_nothing_left(std::move(instance));
}

TEST_F(VmHostile, AForkBombEndsWithItsTime) {
    auto instance = started(warm("bomb"));
    const auto begin = std::chrono::steady_clock::now();
    const std::string outcome =
        outcome_of(*instance, "bomb() { bomb | bomb & }; bomb; sleep 3600", 60s);
    EXPECT_TRUE(outcome == "timeout" || outcome.starts_with("lost")) << outcome;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 90s);
    // Its memory is the guest's; QEMU itself keeps translated code and little else.
    EXPECT_LT(resident_bytes(), (1024 + 768) * kMib);
    expect_nothing_left(std::move(instance));
}

TEST_F(VmHostile, AFloodOnTheConsoleOfASystemIsBounded) {
    InstanceSpec spec = warm("floods");
    auto instance = started(spec);
    EXPECT_EQ(outcome_of(*instance, "tr '\\0' x < /dev/zero > /dev/ttyS0", 30s), "timeout");
    EXPECT_GT(allocated_bytes(spec.console_file), 0U);
    EXPECT_LE(std::filesystem::file_size(spec.console_file), Console::kMostBytes + (64U << 10));
    // The connection is lost with the deadline, the machine is not.
    instance->wait_ready(soon(), {});
    EXPECT_EQ(said(*instance, "echo works"), "works");
    expect_nothing_left(std::move(instance));
}

TEST_F(VmHostile, AGuestThatHangsIsFoundLongBeforeItsTimeIsOver) {
    VmWorld world({.accelerator = choose_accelerator(), .silence = {2s, 20s}});
    InstanceSpec spec = warm("hangs");
    auto instance = world.make(spec);
    instance->start();
    instance->wait_ready(soon(), {});
    // Nothing but these two gets the processors any more, as in a kernel that spins.
    const auto begin = std::chrono::steady_clock::now();
    const std::string outcome = outcome_of(*instance,
                                           "sysctl -q -w kernel.sched_rt_runtime_us=-1;"
                                           "for i in 1 2 3 4; do"
                                           " chrt -f 99 sh -c 'while :; do :; done' & done; wait",
                                           3600s);
    EXPECT_EQ(outcome, "silent: the guest has given no sign of life for 20 seconds: it hangs");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 120s);
    EXPECT_EQ(instance->state(), PowerState::running);
    EXPECT_EQ(instance->why_silent(), "");
    // Also in its own way it goes down no more.
    EXPECT_EQ(instance->stop(5s), Instance::Stopped::killed);
    expect_nothing_left(std::move(instance));
}

TEST_F(VmHostile, AFullDiskOfTheHostIsNamed) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "a small file system needs root";
    }
    InstanceSpec spec = world_.spec("starves");
    const base::Path small = world_.folder() / "small";
    base::make_directories(small);
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", "", MS_REC | MS_PRIVATE, "") != 0 ||
        ::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=300m") != 0) {
        GTEST_SKIP() << base::SystemError("mount a small file system").what();
    }
    std::filesystem::rename(spec.disk, world_.folder() / "moved");
    std::filesystem::copy_file(world_.folder() / "moved", small / "disk.qcow2");
    spec.disk = small / "disk.qcow2";
    VmWorld world({.accelerator = choose_accelerator(), .silence = {2s, 20s}});
    auto instance = world.make(spec);
    instance->start();
    instance->wait_ready(soon(), {});
    EXPECT_EQ(outcome_of(*instance, "cat /dev/urandom > /var/tmp/fill; sync", 600s),
              "silent: the guest has given no sign of life for 20 seconds: it hangs");
    EXPECT_EQ(instance->why_silent(),
              "the host's disk is full (`goldsmith gc` frees what nothing uses)");
    expect_nothing_left(std::move(instance));
    ::umount2(small.c_str(), MNT_DETACH);
}

TEST_F(VmHostile, AKilledQemuEndsWhatRanInIt) {
    auto instance = started(warm("killed"));
    guest::ExecOptions options;
    options.deadline = soon();
    // As soon as the program runs.
    options.on_output = [&](std::string_view, bool) {
        for (const pid_t process : world_.processes()) {
            ::kill(process, SIGKILL);
        }
    };
    EXPECT_THROW(
        instance->guest().exec(
            {{"sh", "-c", "echo runs; sleep 3600"}, {"PATH=/usr/bin:/bin"}, "/", false}, options),
        guest::GuestLost);
    EXPECT_EQ(instance->state(), PowerState::off);
    EXPECT_NE(instance->console_tail(5).find("killed by signal 9"), std::string::npos)
        << instance->console_tail(5);
    expect_nothing_left(std::move(instance));
}

}  // namespace
}  // namespace goldsmith::instances
