#include "disk_images/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disk_images/convert.h"

namespace goldsmith::disk_images {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

base::Command shell(const std::string& script) {
    base::Command command;
    command.program = "sh";
    command.arguments = {"-c", script};
    return command;
}

TEST(Sandbox, IsOneCommand) {
    base::Command inner;
    inner.program = "qemu-img";
    inner.arguments = {"info", "/source/disk"};
    Sandbox sandbox;
    sandbox.mounts = {{"/images/a b.raw", "/source/disk", false}, {"/out", "/target", true}};
    sandbox.largest_file_bytes = 1000;
    sandbox.memory_bytes = 2000;
    sandbox.cpu_time = std::chrono::seconds(30);
    const base::Command outer = sandboxed(inner, sandbox);
    EXPECT_EQ(outer.program, "prlimit");
    EXPECT_TRUE(outer.clear_environment);
    const std::vector<std::string> expected{"--core=0",
                                            "--nofile=256",
                                            "--fsize=1000",
                                            "--as=2000",
                                            "--cpu=30",
                                            "--",
                                            "bwrap",
                                            "--unshare-ipc",
                                            "--unshare-pid",
                                            "--unshare-net",
                                            "--unshare-uts",
                                            "--die-with-parent",
                                            "--new-session",
                                            "--cap-drop",
                                            "ALL",
                                            "--unshare-user-try",
                                            "--ro-bind",
                                            "/usr",
                                            "/usr",
                                            "--ro-bind-try",
                                            "/bin",
                                            "/bin",
                                            "--ro-bind-try",
                                            "/sbin",
                                            "/sbin",
                                            "--ro-bind-try",
                                            "/lib",
                                            "/lib",
                                            "--ro-bind-try",
                                            "/lib64",
                                            "/lib64",
                                            "--ro-bind-try",
                                            "/etc/ld.so.cache",
                                            "/etc/ld.so.cache",
                                            "--ro-bind-try",
                                            "/etc/alternatives",
                                            "/etc/alternatives",
                                            "--ro-bind-try",
                                            "/etc/mke2fs.conf",
                                            "/etc/mke2fs.conf",
                                            "--proc",
                                            "/proc",
                                            "--dev",
                                            "/dev",
                                            "--tmpfs",
                                            "/tmp",
                                            "--ro-bind",
                                            "/images/a b.raw",
                                            "/source/disk",
                                            "--bind",
                                            "/out",
                                            "/target",
                                            "--chdir",
                                            "/",
                                            "--",
                                            "qemu-img",
                                            "info",
                                            "/source/disk"};
    EXPECT_EQ(outer.arguments, expected);
}

class RunningSandbox : public ::testing::Test {
protected:
    void SetUp() override {
        try {
            run_sandboxed(shell("true"), {});
        } catch (const base::Error& error) {
            GTEST_SKIP() << error.what();
        }
    }
    std::string run(const std::string& script) {
        Sandbox sandbox;
        sandbox.mounts = {{dir_.path() / "in", "/source/disk", false},
                          {dir_.path() / "out", "/target", true}};
        sandbox.largest_file_bytes = 4096;
        return run_sandboxed(shell(script + " 2>&1; true"), sandbox);
    }
    RunningSandbox() {
        base::write_file_atomically(dir_.path() / "in", "content\n");
        base::write_file_atomically(dir_.path() / "secret", "secret\n");
        base::make_directories(dir_.path() / "out");
    }

    base::TempDir dir_;
};

TEST_F(RunningSandbox, ShowsNothingButWhatIsNamed) {
    EXPECT_EQ(run("cat /source/disk"), "content\n");
    EXPECT_THAT(run("cat " + (dir_.path() / "secret").string()), HasSubstr("No such file"));
    EXPECT_THAT(run("cat /etc/shadow /etc/passwd"), Not(HasSubstr("root:")));
    EXPECT_THAT(run("ls /"), Not(HasSubstr("home")));
    run("echo made > /target/file");
    EXPECT_EQ(base::read_file(dir_.path() / "out/file"), "made\n");
    run("echo changed > /source/disk; rm /source/disk");
    EXPECT_EQ(base::read_file(dir_.path() / "in"), "content\n");
}

TEST_F(RunningSandbox, HasNoNetworkAndNoPrivileges) {
    EXPECT_EQ(run("tail -n +3 /proc/net/dev | grep -v ' lo:' | wc -l"), "0\n");
    EXPECT_THAT(run("grep CapEff /proc/self/status"), HasSubstr("0000000000000000"));
    EXPECT_THAT(run("mount -t tmpfs none /target; echo $?"), Not(HasSubstr("\n0\n")));
    EXPECT_EQ(run("ls /proc | grep -c '^[0-9]'").size(), 2U);  // its own few processes only
}

TEST_F(RunningSandbox, BoundsFilesAndTime) {
    EXPECT_THROW(run("head -c 100000 /dev/zero > /target/large"), base::ProcessFailed);
    EXPECT_LE(std::filesystem::file_size(dir_.path() / "out/large"), 4096U);
    Sandbox sandbox;
    base::RunOptions options;
    options.timeout = std::chrono::milliseconds(200);
    EXPECT_THROW(run_sandboxed(shell("while :; do :; done"), sandbox, options), base::Error);
}

TEST(Convert, GivesEveryFormat) {
    Conversion conversion;
    conversion.source = "/anywhere/x.vmdk";
    conversion.source_format = "vmdk";
    conversion.target = "/scratch/disk.raw";
    conversion.target_format = "raw";
    const base::Command command = convert_command(conversion);
    EXPECT_EQ(command.program, "qemu-img");
    EXPECT_EQ(command.arguments,
              (std::vector<std::string>{"convert", "-p", "-W", "-m", "16", "-f", "vmdk", "-O",
                                        "raw", "/source/disk", "/target/disk.raw"}));
}

TEST(Convert, ReadsProgress) {
    EXPECT_EQ(last_percent("    (0.00/100%)\r    (12.50/100%)\r"), 12);
    EXPECT_EQ(last_percent("    (100.00/100%)\r\n"), 100);
    EXPECT_EQ(last_percent("    (12."), std::nullopt);
    EXPECT_EQ(last_percent(""), std::nullopt);
    EXPECT_EQ(last_percent("(/100%)"), std::nullopt);
}

}  // namespace
}  // namespace goldsmith::disk_images
