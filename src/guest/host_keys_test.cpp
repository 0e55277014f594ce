#include "guest/host_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/process.h"

namespace goldsmith::guest {
namespace {

using testing::ElementsAre;

TEST(HostKeys, OfThisBootAreMadeAnewAndThoseOfTheImageStay) {
    if (!base::find_program("ssh-keygen")) {
        GTEST_SKIP() << "ssh-keygen (Debian package openssh-client) is missing";
    }
    const base::TempDir folder;
    const auto put = [&](const std::string& name, const std::string& text) {
        base::write_file_atomically(folder.path() / name, text);
        return folder.path() / name;
    };
    const std::time_t boot = std::time(nullptr) - 60;
    for (const std::string kind : {"ed25519", "ecdsa", "rsa"}) {
        put("ssh_host_" + kind + "_key", "old");
        put("ssh_host_" + kind + "_key.pub", "old");
    }
    put("sshd_config", "settings");
    const base::Path kept = put("ssh_host_kept_key", "of the image");
    std::filesystem::last_write_time(
        kept, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

    EXPECT_TRUE(renew_host_keys(folder.path(), boot));
    EXPECT_THAT(base::list_directory(folder.path()),
                ElementsAre("ssh_host_ecdsa_key", "ssh_host_ecdsa_key.pub", "ssh_host_ed25519_key",
                            "ssh_host_ed25519_key.pub", "ssh_host_kept_key", "sshd_config"));
    EXPECT_EQ(base::read_file(kept), "of the image");
    EXPECT_THAT(base::read_file(folder.path() / "ssh_host_ed25519_key.pub"),
                testing::StartsWith("ssh-ed25519 "));
    EXPECT_THAT(base::read_file(folder.path() / "ssh_host_ecdsa_key.pub"),
                testing::StartsWith("ecdsa-sha2-nistp256 "));
    EXPECT_FALSE(renew_host_keys(folder.path(), std::time(nullptr) + 60));
    EXPECT_FALSE(renew_host_keys(folder.path() / "nowhere", boot));
}

}  // namespace
}  // namespace goldsmith::guest
