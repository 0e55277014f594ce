#include "runner/sanitize_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/process.h"

namespace goldsmith::runner {
namespace fs = std::filesystem;
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

// A scratch tree in place of a guest's root.
class SanitizeTest : public ::testing::Test {
protected:
    void put(const std::string& path, const std::string& text = "content") {
        base::make_directories((root() / path).parent_path());
        base::write_file_atomically(root() / path, text);
    }
    bool there(const std::string& path) const { return fs::exists(root() / path); }
    std::string content(const std::string& path) const { return base::read_file(root() / path); }
    const base::Path& root() const { return tree_.path(); }

    base::ProcessResult sanitize(SanitizePolicy policy = SanitizePolicy::always) {
        SanitizeRun how;
        how.root = root().string();
        how.working_directory = work_;
        how.policy = policy;
        auto arguments = sanitize_arguments(how);
        base::Command command;
        command.program = arguments.front();
        command.arguments.assign(arguments.begin() + 1, arguments.end());
        base::RunOptions options;
        options.stdin_text = sanitize_script();
        return base::run(command, options);
    }

    base::TempDir tree_{"guest with a space"};
    std::string work_ = "/work";
};

TEST_F(SanitizeTest, RemovesWhatBelongsToTheBuildMachine) {
    const std::vector<std::string> gone{
        "etc/ssh/ssh_host_rsa_key",
        "etc/ssh/ssh_host_ed25519_key.pub",
        "root/.ssh/authorized_keys",
        "home/some body/.ssh/authorized_keys",
        "root/.bash_history",
        "var/lib/cloud/instance/user-data.txt",
        "etc/sudoers.d/90-cloud-init-users",
        "etc/hostname",
        "var/log/journal/0123/system.journal",
        "var/log/apt/history.log.1.gz",
        "var/cache/apt/archives/nginx_1_amd64.deb",
        "var/cache/apt/pkgcache.bin",
        "var/lib/apt/lists/mirror_Packages",
        "var/lib/dhcp/dhclient.leases",
        "var/lib/systemd/random-seed",
        "var/lib/dbus/machine-id",
        "tmp/file with a space",
        "tmp/.hidden/file",
        "var/tmp/-rf",
        "work/TOE_2026-11-23/console.log",
        "work/perform_cleanup",
        "var/lib/amazon/toe/x",
        "etc/shadow-",
    };
    const std::vector<std::string> kept{
        "etc/ssh/sshd_config", "root/.ssh/config",        "root/.bashrc", "etc/shadow",
        "var/lib/dpkg/status", "var/www/html/index.html", "work/other",   "var/cache/nginx/x",
    };
    for (const auto& path : gone) {
        put(path);
    }
    for (const auto& path : kept)
        put(path);
    put("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    put("var/log/nginx/access.log", "GET /");

    const auto result = sanitize();
    EXPECT_EQ(result.status.exit_code, 0) << result.stderr_text;
    EXPECT_THAT(result.stderr_text, IsEmpty());
    for (const auto& path : gone)
        EXPECT_FALSE(there(path)) << path;
    for (const auto& path : kept)
        EXPECT_EQ(content(path), "content") << path;
    EXPECT_EQ(content("etc/machine-id"), "") << "emptied, not removed";
    EXPECT_EQ(content("var/log/nginx/access.log"), "") << "programs keep their log files";
}

TEST_F(SanitizeTest, ASkipFileKeepsItsSectionAndGoesItself) {
    for (const auto& section : sanitize_sections()) {
        if (!section.skip_file.empty())
            put("work/" + section.skip_file, "");
    }
    put("etc/ssh/ssh_host_rsa_key");
    put("var/lib/cloud/x");
    put("var/log/dmesg");
    put("etc/hostname");
    put("work/TOE_1/x");
    put("var/lib/apt/lists/x");
    put("root/.bash_history");
    put("var/tmp/x");
    EXPECT_EQ(sanitize().status.exit_code, 0);
    for (const auto* path :
         {"etc/ssh/ssh_host_rsa_key", "var/lib/cloud/x", "var/log/dmesg", "etc/hostname",
          "work/TOE_1/x", "var/lib/apt/lists/x", "root/.bash_history"}) {
        EXPECT_TRUE(there(path)) << path;
    }
    EXPECT_FALSE(there("var/tmp/x"));
    EXPECT_THAT(base::list_directory(root() / "work"), ElementsAre("TOE_1"));
}

TEST_F(SanitizeTest, SkipFilesOfOneSectionLeaveTheOthers) {
    put("work/skip_cleanup_ssh_files", "");
    put("etc/ssh/ssh_host_rsa_key");
    put("root/.bash_history");
    sanitize();
    EXPECT_TRUE(there("etc/ssh/ssh_host_rsa_key"));
    EXPECT_FALSE(there("root/.bash_history"));
}

TEST_F(SanitizeTest, UserDataDecidesByTheMarker) {
    put("root/.bash_history");
    const auto skipped = sanitize(SanitizePolicy::if_marked);
    EXPECT_EQ(skipped.status.exit_code, 0);
    EXPECT_THAT(skipped.stdout_text, HasSubstr("skipped"));
    EXPECT_TRUE(there("root/.bash_history"));
    put("work/perform_cleanup", "");
    EXPECT_EQ(sanitize(SanitizePolicy::if_marked).status.exit_code, 0);
    EXPECT_FALSE(there("root/.bash_history"));
    EXPECT_FALSE(there("work/perform_cleanup"));
}

TEST_F(SanitizeTest, SkipFilesWorkInTheDefaultWorkingDirectoryThatIsEmptiedItself) {
    work_ = "/tmp";
    put("tmp/skip_cleanup_ssh_files", "");
    put("etc/ssh/ssh_host_rsa_key");
    put("tmp/x");
    EXPECT_EQ(sanitize().status.exit_code, 0);
    EXPECT_TRUE(there("etc/ssh/ssh_host_rsa_key"));
    EXPECT_THAT(base::list_directory(root() / "tmp"), IsEmpty());
}

TEST_F(SanitizeTest, LinksAreRemovedAndNotFollowed) {
    base::TempDir outside;
    base::write_file_atomically(outside.path() / "victim", "untouched");
    base::make_directories(root() / "tmp");
    base::make_directories(root() / "root");
    fs::create_symlink(outside.path(), root() / "tmp/link");
    fs::create_symlink(outside.path() / "victim", root() / "root/.bash_history");
    EXPECT_EQ(sanitize().status.exit_code, 0);
    EXPECT_EQ(base::read_file(outside.path() / "victim"), "untouched");
    EXPECT_FALSE(fs::is_symlink(root() / "root/.bash_history"));
}

TEST_F(SanitizeTest, AnEmptyTreeIsFine) {
    const auto result = sanitize();
    EXPECT_EQ(result.status.exit_code, 0) << result.stderr_text;
    EXPECT_THAT(base::list_directory(root()), IsEmpty()) << "nothing is made";
}

TEST_F(SanitizeTest, RunningTwiceIsFine) {
    put("etc/machine-id", "x");
    put("tmp/x");
    EXPECT_EQ(sanitize().status.exit_code, 0);
    EXPECT_EQ(sanitize().status.exit_code, 0);
}

TEST(SanitizeSections, KeepTheServicesSkipFiles) {
    std::vector<std::string> names;
    for (const auto& section : sanitize_sections())
        names.push_back(section.skip_file);
    EXPECT_THAT(names, IsSupersetOf({"skip_cleanup_cloudinit_files", "skip_cleanup_instance_files",
                                     "skip_cleanup_ssh_files", "skip_cleanup_instance_log_files",
                                     "skip_cleanup_toe_files", "skip_cleanup_ssm_log_files"}));
}

TEST(SanitizeSections, ThePageForPeopleNamesEveryPattern) {
    const auto page = base::read_file(base::Path(GOLDSMITH_SOURCE_DIR) / "docs/sanitize.md");
    for (const auto& section : sanitize_sections()) {
        EXPECT_THAT(page, HasSubstr(section.skip_file));
        for (const auto& rule : section.rules) {
            for (auto pattern : rule.patterns) {
                EXPECT_EQ(pattern.find(' '), std::string::npos) << pattern;
                if (pattern.starts_with("@WORK@"))
                    pattern.replace(0, 6, "<working directory>");
                EXPECT_THAT(page, HasSubstr("`" + pattern + "`")) << section.name;
            }
        }
    }
}

}  // namespace
}  // namespace goldsmith::runner
