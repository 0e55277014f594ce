#include "catalogue/build_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/install_failure.h"

namespace goldsmith::catalogue {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

DiskLayout layout() {
    CatalogueEntry entry;
    entry.disk_mib = 1024;
    auto plan = plan_disk(entry, "seed");
    plan.identity.root_uuid = "ROOT-UUID";
    plan.identity.esp_id = "5A17C0DE";
    return plan;
}

TEST(BuildCommands, InstallsInNamespacesOfItsOwn) {
    CatalogueEntry entry;
    entry.codename = "bookworm";
    entry.debian_architecture = "amd64";
    entry.packages = {"systemd", "udev"};
    InstallPlan plan;
    plan.tree = "/w/build.x/tree";
    plan.sources_list = "/w/build.x/sources.list";
    plan.package_cache = "/w/it's a cache";
    plan.apt_settings = {"Acquire::http::Proxy \"http://proxy.test:3128\""};
    plan.epoch_seconds = 1700000000;
    const auto command = install_command(entry, plan);
    EXPECT_EQ(command.program, "unshare");
    const std::string fill =
        "mkdir -p \"$1\"/var/cache/apt/archives && find \"$GOLDSMITH_PACKAGE_CACHE\" -maxdepth 1 "
        "-name '*.deb' -exec cp -l -f -t \"$1\"/var/cache/apt/archives/ {} +";
    const std::string keep =
        "find \"$1\"/var/cache/apt/archives -maxdepth 1 -name '*.deb' "
        "-exec cp -l -f -t \"$GOLDSMITH_PACKAGE_CACHE\" {} +";
    EXPECT_THAT(
        command.arguments,
        ElementsAre("--mount", "--propagation=private", "--pid", "--fork", "--kill-child",
                    "--mount-proc", "--", "mmdebstrap", "--mode=root", "--variant=minbase",
                    "--format=directory", "--architectures=amd64", "--include=systemd,udev",
                    "--aptopt=Acquire::Languages \"none\"",
                    "--aptopt=APT::Install-Recommends \"false\"",
                    "--aptopt=Acquire::http::Proxy \"http://proxy.test:3128\"",
                    "--setup-hook=" + fill, "--extract-hook=" + keep, "--customize-hook=" + keep,
                    "bookworm", "/w/build.x/tree", "/w/build.x/sources.list"));
    EXPECT_EQ(command.environment.at("GOLDSMITH_PACKAGE_CACHE"), "/w/it's a cache");
    EXPECT_EQ(command.environment.at("SOURCE_DATE_EPOCH"), "1700000000");
}

TEST(BuildCommands, WritesEveryFileSystemInPlace) {
    EXPECT_EQ(format_esp_command("/w/disk.raw", layout()).describe(),
              "mkfs.fat --offset 8192 -h 8192 -F 32 -s 1 -i 5A17C0DE -n EFI /w/disk.raw 65536");
    EXPECT_THAT(copy_to_esp_command("/w/disk.raw", layout(), "/t/a", "EFI/BOOT/X").arguments,
                ElementsAre("-i", "/w/disk.raw@@4194304", "-m", "/t/a", "::EFI/BOOT/X"));
    const auto root = make_root_command("/w/disk.raw", layout(), "/w/tree", 1700000000);
    EXPECT_EQ(root.program, "mke2fs");
    EXPECT_THAT(root.arguments,
                Contains("hash_seed=ROOT-UUID,packed_meta_blocks=1,lazy_itable_init=0,"
                         "lazy_journal_init=1,root_owner=0:0,offset=134217728"));
    EXPECT_EQ(root.arguments.back(), "229120") << "blocks of the partition, not of the disk";
    EXPECT_EQ(root.environment.at("E2FSPROGS_FAKE_TIME"), "1700000000");
}

TEST(BuildCommands, TakesOverHowTheHostReachesArchives) {
    EXPECT_THAT(network_settings("APT::Architecture \"amd64\";\n"
                                 "Acquire::http::Proxy \"http://proxy.test:3128\";\n"
                                 "Acquire::http \"\";\n"
                                 "Acquire::Check-Date \"false\";\n"
                                 "Dir::Cache \"/elsewhere\";\n"
                                 "DPkg::Post-Invoke:: \"rm -rf /\";\n"),
                ElementsAre("Acquire::http::Proxy \"http://proxy.test:3128\"",
                            "Acquire::Check-Date \"false\""));
}

TEST(BuildCommands, EveryNeededProgramHasAPackage) {
    for (const auto& program : needed_programs()) {
        EXPECT_FALSE(package_of_program(program).empty()) << program;
    }
    EXPECT_EQ(package_of_program("mkfs.fat"), "dosfstools");
    EXPECT_EQ(package_of_program("mcopy"), "mtools");
}

std::vector<AptSource> sources() {
    return sources_on_mirror("http://mirror.test/debian", "", catalogue().front());
}

TEST(InstallFailure, NamesTheMirrorThatCannotBeReachedAndTheWayOut) {
    EXPECT_THAT(explain_install_failure(
                    "I: running apt-get update...\n"
                    "Err:1 http://mirror.test/debian bookworm InRelease\n"
                    "  Temporary failure resolving 'mirror.test'\n"
                    "E: Failed to fetch http://mirror.test/debian/dists/bookworm/InRelease\n"
                    "E: apt-get update failed\n",
                    sources()),
                AllOf(HasSubstr("http://mirror.test/debian"),
                      HasSubstr("Temporary failure resolving 'mirror.test'"), HasSubstr("proxy"),
                      HasSubstr("debian_mirror")));
}

TEST(InstallFailure, AFullDiskIsSaidAsSuch) {
    EXPECT_THAT(
        explain_install_failure(
            "dpkg: error: failed to write: No space left on device\nE: something\n", sources()),
        AllOf(HasSubstr("the disk is full"), HasSubstr("goldsmith gc")));
}

TEST(InstallFailure, MissingKeysNameThePackage) {
    EXPECT_THAT(explain_install_failure(
                    "E: The repository 'http://mirror.test bookworm InRelease' is not signed.\n",
                    sources()),
                HasSubstr("debian-archive-keyring"));
}

TEST(InstallFailure, AnythingElseShowsTheLastLines) {
    const auto text =
        explain_install_failure("one\nE: Unable to locate package nonsense\n", sources());
    EXPECT_THAT(text, AllOf(HasSubstr("Unable to locate package nonsense"),
                            Not(HasSubstr("debian_mirror"))));
}

}  // namespace
}  // namespace goldsmith::catalogue
