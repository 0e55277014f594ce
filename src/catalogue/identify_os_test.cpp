#include "catalogue/identify_os.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace goldsmith::catalogue {
namespace {

constexpr const char* kDebian =
    "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
    "VERSION_ID=\"12\"\n"
    "ID=debian\n";

TEST(IdentifyOs, ReadsOsRelease) {
    const OsIdentity debian{"debian", "12", "Debian GNU/Linux 12 (bookworm)"};
    EXPECT_EQ(parse_os_release(kDebian), debian);
    EXPECT_EQ(parse_os_release("ID='a b'\nPRETTY_NAME=\"say \\\"hi\\\"\x1b\"\n"),
              (OsIdentity{"a b", "", "say \"hi\""}));
    EXPECT_EQ(parse_os_release("NAME=nothing\n"), std::nullopt);
    EXPECT_EQ(parse_os_release(""), std::nullopt);
}

TEST(IdentifyOs, FindsItInAFileSystemAtAnOffset) {
    const base::TempDir work;
    const auto tree = work.path() / "tree";
    base::make_directories(tree / "usr/lib");
    base::write_file_atomically(tree / "usr/lib/os-release", kDebian);
    const auto disk = work.path() / "disk.raw";
    const auto file = base::open_file(disk, O_RDWR | O_CREAT);
    ASSERT_EQ(ftruncate(file.get(), 9 << 20), 0);
    base::Command format;
    format.program = "mke2fs";
    format.arguments = {"-q", "-F",          "-E",          "offset=1048576",
                        "-d", tree.string(), disk.string(), "8192"};
    base::run_checked(format);
    EXPECT_EQ(identify_os(disk, 1 << 20)->id, "debian");
    EXPECT_EQ(identify_os(disk, 0), std::nullopt);
    EXPECT_THROW(identify_os("/tmp/a?b", 0), base::Error);
}

}  // namespace
}  // namespace goldsmith::catalogue
