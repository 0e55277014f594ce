#include "catalogue/guest_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "catalogue/package_cache.h"

namespace goldsmith::catalogue {
namespace fs = std::filesystem;
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void put(const base::Path& path, const std::string& text = "x") {
    base::make_directories(path.parent_path());
    base::write_file_atomically(path, text);
}

TEST(GuestTree, RemovesWhatTheInstallationLeft) {
    const base::TempDir tree;
    put(tree.path() / "etc/ssh/ssh_host_rsa_key");
    put(tree.path() / "etc/ssh/sshd_config");
    put(tree.path() / "var/lib/apt/lists/partial/a");
    put(tree.path() / "etc/passwd-");
    put(tree.path() / "etc/passwd");
    remove_leftovers(tree.path(), installation_leftovers());
    EXPECT_THAT(base::list_directory(tree.path() / "etc/ssh"), ElementsAre("sshd_config"));
    EXPECT_THAT(base::list_directory(tree.path() / "etc"), ElementsAre("passwd", "ssh"));
    EXPECT_TRUE(base::list_directory(tree.path() / "var/lib/apt/lists").empty());
}

TEST(GuestTree, WritesReplaceLinksInsteadOfFollowingThem) {
    const base::TempDir outside;
    const base::TempDir tree;
    put(outside.path() / "victim", "untouched");
    base::make_directories(tree.path() / "etc");
    fs::create_symlink(outside.path() / "victim", tree.path() / "etc/hostname");
    write_guest_files(tree.path(), {{"etc/hostname", "debian\n"}, {"etc/machine-id", "", 0444}});
    EXPECT_EQ(base::read_file(outside.path() / "victim"), "untouched");
    EXPECT_EQ(base::read_file(tree.path() / "etc/hostname"), "debian\n");
    struct stat info {};
    ASSERT_EQ(stat((tree.path() / "etc/machine-id").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0444U);
    EXPECT_EQ(info.st_size, 0);
}

TEST(GuestTree, RefusesAFolderThatIsALink) {
    const base::TempDir outside;
    const base::TempDir tree;
    fs::create_symlink(outside.path(), tree.path() / "etc");
    EXPECT_THROW(write_guest_files(tree.path(), {{"etc/hostname", "x"}}), base::Error);
    EXPECT_TRUE(base::list_directory(outside.path()).empty());
}

TEST(GuestTree, ReplacesLinks) {
    const base::TempDir tree;
    put(tree.path() / "etc/resolv.conf", "nameserver 1.2.3.4");
    write_guest_links(tree.path(), guest_links());
    EXPECT_EQ(fs::read_symlink(tree.path() / "etc/resolv.conf"),
              "../run/systemd/resolve/stub-resolv.conf");
}

TEST(GuestTree, ReadsWhatWasInstalled) {
    const base::TempDir tree;
    put(tree.path() / "etc/debian_version", "12.15\n");
    put(tree.path() / "boot/vmlinuz-6.1.0-56-cloud-amd64");
    put(tree.path() / "boot/config-6.1.0-56-cloud-amd64");
    EXPECT_EQ(point_release(tree.path()), "12.15");
    EXPECT_EQ(installed_kernel(tree.path()), "6.1.0-56-cloud-amd64");
    put(tree.path() / "etc/debian_version", "trixie/sid\n");
    EXPECT_THROW(point_release(tree.path()), base::Error);
    put(tree.path() / "boot/vmlinuz-other");
    EXPECT_THROW(installed_kernel(tree.path()), base::Error);
}

TEST(GuestTree, MakesASemanticVersion) {
    const auto when = std::chrono::system_clock::from_time_t(1795478399);  // 2026-11-23 23:59:59
    EXPECT_EQ(image_version("12.15", when), "12.15.20261123");
}

TEST(GuestTree, ReadsThePackageList) {
    EXPECT_THAT(
        parse_package_list("zlib1g\t1:1.2.13\nbash\t5.2\nnonsense\n"),
        ElementsAre(InstalledPackage{"bash", "5.2"}, InstalledPackage{"zlib1g", "1:1.2.13"}));
}

TEST(PackageCache, KeepsWhatTheLastBuildUsed) {
    const base::TempDir cache;
    for (const char* name : {"bash_5.2-1_amd64.deb", "bash_5.1-9_amd64.deb",
                             "zlib1g_1%3a1.2.13_amd64.deb", "odd.deb", "lock"}) {
        put(cache.path() / name);
    }
    prune_package_cache(cache.path(), {{"bash", "5.2-1"}, {"zlib1g", "1:1.2.13"}});
    EXPECT_THAT(base::list_directory(cache.path()),
                ElementsAre("bash_5.2-1_amd64.deb", "lock", "zlib1g_1%3a1.2.13_amd64.deb"));
}

TEST(GuestFiles, NameTheFileSystemsByUuid) {
    const auto& entry = catalogue().front();
    const auto layout = plan_disk(entry, "seed");
    for (const auto& file : guest_files(entry, layout, {})) {
        if (file.path != "etc/fstab" && file.path != "boot/grub/grub.cfg")
            continue;
        EXPECT_THAT(file.content, HasSubstr(layout.identity.root_uuid)) << file.path;
    }
    EXPECT_THAT(esp_grub_config(layout), HasSubstr(layout.identity.root_uuid));
}

TEST(BaseImageFacts, SurviveEncoding) {
    const BaseImageFacts facts{
        "12.15.20261123", "Debian", "12.15", "x86_64", "6.1.0-56-cloud-amd64",
        "uuid",           1000,     10,      900,      {{"bash", "5.2"}}};
    EXPECT_EQ(decode_base_image_facts(encode(facts)), facts);
    EXPECT_THROW(decode_base_image_facts("{}"), base::Error);
    EXPECT_THROW(decode_base_image_facts("not json"), base::Error);
}

}  // namespace
}  // namespace goldsmith::catalogue
