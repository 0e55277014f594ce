#include "base/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace goldsmith::base {
namespace {

TEST(Files, WritesAtomicallyWithMode) {
    const TempDir dir;
    const Path path = dir.path() / "secret";
    write_file_atomically(path, "one", 0600);
    write_file_atomically(path, "two", 0600);
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
    EXPECT_EQ(read_file(path), "two");
    EXPECT_EQ(list_directory(dir.path()), std::vector<std::string>{"secret"});
}

TEST(Files, FailedWriteLeavesNothing) {
    const TempDir dir;
    EXPECT_THROW(write_file_atomically(dir.path() / "no" / "file", "x"), Error);
    EXPECT_TRUE(list_directory(dir.path()).empty());
}

TEST(Files, ReadIsBounded) {
    const TempDir dir;
    write_file_atomically(dir.path() / "big", std::string(1000, 'x'));
    EXPECT_THROW(read_file(dir.path() / "big", 999), Error);
    EXPECT_EQ(read_file(dir.path() / "big", 1000).size(), 1000U);
    EXPECT_FALSE(read_file_if_exists(dir.path() / "missing").has_value());
}

TEST(Files, OpenBeneathRefusesEveryWayOut) {
    const TempDir dir;
    write_file_atomically(dir.path() / "inside", "x");
    ASSERT_EQ(::symlink("/etc/passwd", (dir.path() / "absolute").c_str()), 0);
    ASSERT_EQ(::symlink("../../../etc/passwd", (dir.path() / "relative").c_str()), 0);
    const Fd root = open_file(dir.path(), O_RDONLY | O_DIRECTORY);
    EXPECT_TRUE(open_beneath(root.get(), "inside", O_RDONLY));
    for (const char* hostile : {"../x", "/etc/passwd", "absolute", "relative", "a/../../x"}) {
        EXPECT_THROW(open_beneath(root.get(), hostile, O_RDONLY), SystemError) << hostile;
    }
}

TEST(Files, TempDirRemovesItsTreeButFollowsNoLink) {
    const TempDir outside;
    write_file_atomically(outside.path() / "keep", "x");
    Path gone;
    {
        const TempDir dir;
        gone = dir.path();
        make_directories(gone / "a" / "b");
        write_file_atomically(gone / "a" / "b" / "c", "x");
        ASSERT_EQ(::symlink(outside.path().c_str(), (gone / "link").c_str()), 0);
    }
    EXPECT_FALSE(std::filesystem::exists(gone));
    EXPECT_TRUE(std::filesystem::exists(outside.path() / "keep"));
}

TEST(Files, LockIsExclusiveAndEndsWithItsOwner) {
    const TempDir dir;
    {
        const auto held = FileLock::try_acquire(dir.path() / "lock");
        ASSERT_TRUE(held.has_value());
        EXPECT_FALSE(FileLock::try_acquire(dir.path() / "lock").has_value());
    }
    EXPECT_TRUE(FileLock::try_acquire(dir.path() / "lock").has_value());
}

TEST(Files, ExactReadNamesTheShortFile) {
    const TempDir dir;
    write_file_atomically(dir.path() / "short", "abc");
    const Fd fd = open_file(dir.path() / "short", O_RDONLY);
    char data[8];
    EXPECT_THROW(read_exactly_at(fd.get(), data, 8, 0), Error);
    EXPECT_NO_THROW(read_exactly_at(fd.get(), data, 2, 1));
}

}  // namespace
}  // namespace goldsmith::base
