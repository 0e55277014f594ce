#include "disk_images/root_tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/process.h"
#include "disk_images/inspect.h"
#include "disk_images/refusal.h"

namespace goldsmith::disk_images {
namespace {

using ::testing::HasSubstr;

class RootTar : public ::testing::Test {
protected:
    RootTar() {
        base::make_directories(tree_ / "usr/lib");
        base::make_directories(tree_ / "usr/bin");
        base::make_directories(tree_ / "etc");
        base::write_file_atomically(tree_ / "usr/lib/os-release",
                                    "ID=test\nPRETTY_NAME=\"Test 1\"\n");
        std::filesystem::create_symlink("../usr/lib/os-release", tree_ / "etc/os-release");
        std::filesystem::create_symlink("usr/bin", tree_ / "bin");
        std::filesystem::copy_file("/bin/true", tree_ / "usr/bin/sh");
    }
    static void run(const std::string& program, std::vector<std::string> arguments) {
        base::Command command;
        command.program = program;
        command.arguments = std::move(arguments);
        base::run_checked(command);
    }
    base::Path packed(const std::string& name, std::vector<std::string> options = {}) {
        options.insert(options.end(),
                       {"-cf", (dir_.path() / name).string(), "-C", tree_.string(), "."});
        run("tar", options);
        return dir_.path() / name;
    }
    static std::string refusal(const base::Path& tar, Limits limits = {}) {
        try {
            check_root_tar(tar, limits, {});
            return "";
        } catch (const ImageRefused& refused) {
            return refused.what();
        }
    }

    base::TempDir dir_;
    base::Path tree_ = dir_.path() / "tree";
};

TEST_F(RootTar, CountsWhatIsInIt) {
    for (const char* name : {"a.tar", "a.tar.gz", "a.tar.xz"}) {
        const TarContent content = check_root_tar(packed(name, {"-a"}), {}, {});
        EXPECT_GE(content.members, 8U) << name;
        EXPECT_EQ(content.bytes, std::filesystem::file_size("/bin/true") +
                                     std::filesystem::file_size(tree_ / "usr/lib/os-release"))
            << name;
    }
}

TEST_F(RootTar, RefusesWhatIsHostile) {
    const base::Path tar = packed("t.tar.gz", {"-z"});
    const auto size = std::filesystem::file_size(tar);
    std::filesystem::resize_file(tar, size - 100);
    EXPECT_THAT(refusal(tar), HasSubstr("truncated"));

    base::write_file_atomically(tree_ / "etc/large", std::string(4 << 20, '\0'));
    Limits limits;
    limits.expansion_bytes = 1 << 20;
    EXPECT_THAT(refusal(packed("bomb.tar.gz", {"-z"}), limits), HasSubstr("would expand"));

    EXPECT_THAT(refusal(packed("up.tar", {"-P", "--transform", "s,^./etc/large,../../outside,"})),
                HasSubstr("'../../outside'"));
    base::remove_tree(tree_ / "usr");
    EXPECT_THAT(refusal(packed("none.tar")), HasSubstr("no root file system"));
    base::write_file_atomically(dir_.path() / "text.tar", std::string(2000, 'x'));
    EXPECT_NE(refusal(dir_.path() / "text.tar"), "");
}

TEST_F(RootTar, BecomesADiskWithOwners) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "files get their owners only by root";
    }
    ASSERT_EQ(::chown((tree_ / "etc").c_str(), 1234, 5678), 0);
    const base::Path tar = packed("d.tar.gz", {"-z"});
    const TarContent content = check_root_tar(tar, {}, {});
    const base::Path work = dir_.path() / "work";
    base::make_directories(work);
    const base::Path disk = dir_.path() / "disk.raw";
    disk_of_root_tar(tar, content, work, disk, {});
    EXPECT_EQ(std::filesystem::file_size(disk), disk_bytes_for(content));
    const Inspection found = inspect(disk);
    ASSERT_TRUE(found.root);
    EXPECT_EQ(found.root->number, 1U);
    EXPECT_EQ(found.root_file_system, store::FileSystemKind::ext);
    EXPECT_EQ(found.os->pretty_name, "Test 1");
    EXPECT_EQ(found.architecture, "x86_64");
    EXPECT_EQ(found.boot_mode(), "");
    require_startable(found, disk, true);
    EXPECT_THROW(require_startable(found, disk, false), ImageRefused);
    base::Command stat;
    stat.program = "debugfs";
    stat.arguments = {"-R", "stat /etc", disk.string() + "?offset=1048576"};
    EXPECT_THAT(base::run_checked(stat), HasSubstr("User:  1234   Group:  5678"));
    EXPECT_TRUE(std::filesystem::is_empty(work));
}

}  // namespace
}  // namespace goldsmith::disk_images
