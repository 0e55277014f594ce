#include "disk_images/os_release.h"

#include <gtest/gtest.h>

namespace goldsmith::disk_images {
namespace {

TEST(OsRelease, ReadsShellWords) {
    const OsIdentity debian{"debian", "12", "Debian GNU/Linux 12 (bookworm)"};
    EXPECT_EQ(parse_os_release("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
                               "VERSION_ID=\"12\"\n"
                               "ID=debian\n"),
              debian);
    EXPECT_EQ(parse_os_release("ID='a b'\nPRETTY_NAME=\"say \\\"hi\\\"\x1b\"\n"),
              (OsIdentity{"a b", "", "say \"hi\""}));
    EXPECT_EQ(parse_os_release("NAME=nothing\n"), std::nullopt);
    EXPECT_EQ(parse_os_release(""), std::nullopt);
}

}  // namespace
}  // namespace goldsmith::disk_images
