// The pure parts of the vm driver, and its connection to QEMU over a socket.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/encoding.h"
#include "instances/vm/agent_files.h"
#include "instances/vm/boot_failures.h"
#include "instances/vm/qemu_command.h"
#include "instances/vm/qmp.h"
#include "instances/vm/saved_states.h"

namespace goldsmith::instances {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

QemuSettings settings() {
    QemuSettings settings;
    settings.name = "i-1";
    settings.uuid = "00000000-0000-4000-a000-000000000000";
    settings.vcpus = 2;
    settings.memory_mib = 2048;
    settings.disk = "/runs/a,b/disk.qcow2";
    settings.credentials_file = "credentials.txt";
    settings.qmp_fd = 9;
    return settings;
}

TEST(QemuCommand, GivesTheGuestWhatItsTypeSaysAndNothingOfTheHost) {
    const base::Command command = qemu_command(settings(), "/work");
    EXPECT_EQ(command.program, "env");
    EXPECT_THAT(std::vector(command.arguments.begin(), command.arguments.begin() + 3),
                testing::ElementsAre("-C", "/work", "qemu-system-x86_64"));
    EXPECT_THAT(command.arguments, IsSupersetOf({"-nodefaults", "-no-user-config", "-smp", "2",
                                                 "-m", "2048", "-sandbox", "-action"}));
    EXPECT_THAT(command.arguments, Contains(HasSubstr("filename=/runs/a,,b/disk.qcow2")));
    EXPECT_THAT(command.arguments, Contains("type=11,path=credentials.txt"));
    EXPECT_THAT(command.arguments, Contains("socket,id=qmp,fd=9"));
    EXPECT_THAT(command.arguments, Not(Contains("-incoming")));
    EXPECT_THAT(command.arguments, Not(Contains(HasSubstr("hostfwd"))));
    EXPECT_THAT(command.arguments, Not(Contains(HasSubstr("virtserialport"))));
}

TEST(QemuCommand, UsesTheHostsProcessorOnlyUnderKvm) {
    QemuSettings wanted = settings();
    EXPECT_THAT(qemu_command(wanted, "/work").arguments, Not(Contains("host")));
    wanted.accelerator = Accelerator::kvm;
    EXPECT_THAT(qemu_command(wanted, "/work").arguments, IsSupersetOf({"kvm", "host"}));
}

TEST(AgentFiles, TheCredentialMakesFilesBelowRunOnly) {
    const std::string text = agent_credential("i-0123456789abcdef0");
    const std::string prefix = "io.systemd.credential.binary:tmpfiles.extra=";
    ASSERT_TRUE(text.starts_with(prefix));
    // SMBIOS gives a string a 16-bit structure; systemd a credential a mebibyte.
    EXPECT_LT(text.size(), 16U * 1024);
    std::istringstream lines(base::base64_decode(text.substr(prefix.size())).value());
    for (std::string line; std::getline(lines, line);) {
        EXPECT_THAT(line, testing::StartsWith("f+~ /run/"));
    }
}

TEST(AgentFiles, CloudInitDoesNothingButStartTheAgent) {
    const CloudInitFiles files = cloud_init_files("i-1", false);
    EXPECT_THAT(files.user_data, HasSubstr("cloud_init_modules: [bootcmd]\n"));
    EXPECT_THAT(files.user_data, HasSubstr("cloud_final_modules: []\n"));
    EXPECT_THAT(cloud_init_files("i-1", true).user_data,
                HasSubstr("cloud_init_modules: [bootcmd, growpart, resizefs]\n"));
    EXPECT_EQ(files.meta_data, "instance-id: i-1\ndsmode: local\n");
}

TEST(BootFailures, AreRecognisedByWhatTheConsoleShows) {
    EXPECT_EQ(boot_failure_in("[    2.1] Kernel panic - not syncing: VFS: Unable to mount root"),
              "its kernel panicked");
    EXPECT_EQ(boot_failure_in("Booting from Hard Disk...\nNo bootable device."),
              "there is nothing on its disk that the firmware can start");
    EXPECT_EQ(boot_failure_in("error: no such partition.\nEntering rescue mode...\ngrub rescue> "),
              "its boot loader does not find its own files");
    EXPECT_EQ(boot_failure_in("You are in emergency mode. After logging in, type"),
              "it booted into emergency mode");
    EXPECT_FALSE(boot_failure_in("Debian GNU/Linux 12 debian ttyS0\n\ndebian login: "));
}

TEST(BootFailures, AreFoundInLinesThatArriveInPieces) {
    const base::TempDir folder;
    const base::Path file = folder.path() / "console.log";
    base::write_file_atomically(file, "of an earlier start: Kernel panic - not syncing\n");
    ConsoleWatch watch(file);
    EXPECT_FALSE(boot_failure_in(watch.look()));
    const base::Fd fd = base::open_file(file, O_WRONLY | O_APPEND);
    base::write_all(fd.get(), "Kernel panic - ");
    EXPECT_FALSE(boot_failure_in(watch.look()));
    base::write_all(fd.get(), "not syncing: now\n");
    EXPECT_TRUE(boot_failure_in(watch.look()));
}

TEST(BootFailures, AreFoundAfterTheConsoleWasCut) {
    const base::TempDir folder;
    const base::Path file = folder.path() / "console.log";
    base::write_file_atomically(file, std::string(4096, 'x'));
    ConsoleWatch watch(file);
    base::write_file_atomically(file, "grub rescue> ");
    EXPECT_TRUE(boot_failure_in(watch.look()));
}

SavedState state_of(const std::string& name, int hours_ago, std::uint64_t bytes) {
    SavedState state;
    state.folder = name;
    state.used = std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours_ago);
    state.bytes = bytes;
    state.disk_identity = "base of " + name;
    state.is_unfinished = name.starts_with("new");
    return state;
}

std::vector<std::string> going(std::vector<SavedState> states, const SavedStateLimits& limits) {
    std::vector<std::string> names;
    for (const SavedState& state :
         superfluous(std::move(states), limits, std::filesystem::file_time_type::clock::now())) {
        names.push_back(state.folder.string());
    }
    return names;
}

TEST(SavedStates, GoByUseAgeAndBase) {
    const std::vector<SavedState> states{state_of("old", 30, 10), state_of("new-now", 0, 99),
                                         state_of("middle", 20, 10), state_of("new-dead", 2, 1),
                                         state_of("young", 1, 10)};
    SavedStateLimits limits;
    limits.most_bytes = 30;
    EXPECT_THAT(going(states, limits), testing::ElementsAre("new-dead"));
    limits.most_bytes = 29;
    EXPECT_THAT(going(states, limits), testing::ElementsAre("new-dead", "old"));
    limits.most_age = std::chrono::hours(10);
    EXPECT_THAT(going(states, limits), testing::ElementsAre("new-dead", "middle", "old"));
    limits = {};
    limits.most_bytes = 100;
    limits.is_wanted = [](const std::string& base) { return base != "base of young"; };
    EXPECT_THAT(going(states, limits), testing::ElementsAre("young", "new-dead"));
}

TEST(SavedStates, AreWholeOrNotThere) {
    const base::TempDir folder;
    const SavedStates states({folder.path() / "saved", 1U << 30, "a base"});
    EXPECT_FALSE(states.find("key"));
    base::TempDir made = states.begin();
    for (const char* name : {"memory", "disk.qcow2", "seed.img"}) {
        base::write_file_atomically(made.path() / name, "twelve bytes");
    }
    states.commit(std::move(made), "key");
    ASSERT_TRUE(states.find("key"));
    const auto found = SavedStates::list(folder.path() / "saved");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].disk_identity, "a base");
    EXPECT_GE(found[0].bytes, 3U * 12);
    EXPECT_FALSE(found[0].is_unfinished);
    std::filesystem::resize_file(*states.find("key") / "disk.qcow2", 11);
    EXPECT_FALSE(states.find("key"));
    EXPECT_TRUE(SavedStates::list(folder.path() / "saved").empty());
}

/// QEMU's end of the connection: says `lines`, then answers each command with {"return": {}}.
class FakeQemu {
public:
    explicit FakeQemu(std::string says) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        host_ = base::Fd(ends[0]);
        thread_ = std::jthread([fd = base::Fd(ends[1]), says = std::move(says)] {
            // The host may hang up in the middle.
            ::send(fd.get(), says.data(), says.size(), MSG_NOSIGNAL);
            char block[4096];
            for (int id = 1; ::read(fd.get(), block, sizeof block) > 0; ++id) {
                // First an answer that comes too late, then an event, then the answer.
                const std::string answer =
                    "{\"id\": 99, \"error\": {}}\n{\"event\": \"RESUME\"}\n{\"id\": " +
                    std::to_string(id) + ", \"return\": {}}\n";
                ::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        });
    }
    base::Fd take() { return std::move(host_); }

private:
    base::Fd host_;
    std::jthread thread_;
};

TEST(QmpTest, KeepsEventsThatComeBeforeAnAnswer) {
    FakeQemu qemu("{\"QMP\": {}}\n{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}}\n");
    Qmp qmp(qemu.take(), Qmp::Clock::now() + 20s);
    qmp.execute("query-status", {}, Qmp::Clock::now() + 20s);
    EXPECT_EQ(qmp.next_event(20s)->name, "SHUTDOWN");
    EXPECT_EQ(qmp.next_event(20s)->name, "RESUME");
    EXPECT_EQ(qmp.next_event(20s)->name, "RESUME");
    EXPECT_FALSE(qmp.next_event(0ms));
}

TEST(QmpTest, RefusesWhatIsNoMachineProtocol) {
    FakeQemu silent("");
    EXPECT_THROW(Qmp(silent.take(), Qmp::Clock::now() + 50ms), QmpError);
    FakeQemu chatty("hello\n");
    EXPECT_THROW(Qmp(chatty.take(), Qmp::Clock::now() + 20s), QmpError);
    FakeQemu endless(std::string(2U << 20, 'x'));
    EXPECT_THROW(Qmp(endless.take(), Qmp::Clock::now() + 20s), QmpError);
}

}  // namespace
}  // namespace goldsmith::instances
