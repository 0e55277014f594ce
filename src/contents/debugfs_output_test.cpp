#include "contents/debugfs_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "contents/ext_files.h"

namespace goldsmith::contents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(DebugfsOutput, ListsAFolder) {
    const auto entries = entries_in(
        "      2   40755 (2)      0      0    4096 25-Nov-2026 18:48 .\n"
        "      2   40755 (2)      0      0    4096 25-Nov-2026 18:48 ..\n"
        "     13  104755 (1)   1000     50 12345678901  2-Jul-2026 09:05  a b \n"
        "     12  120777 (7)      0      0       7  1-Jan-1970 00:00 bin\n"
        "\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].first, " a b ");
    const FileEntry& file = entries[0].second;
    EXPECT_EQ(file.mode, 0104755U);
    EXPECT_TRUE(file.is_file());
    EXPECT_EQ(file.uid, 1000U);
    EXPECT_EQ(file.gid, 50U);
    EXPECT_EQ(file.size, 12345678901U);
    EXPECT_EQ(file.modified, "2026-07-02 09:05");
    EXPECT_EQ(file.inode, 13U);
    EXPECT_EQ(entries[1].first, "bin");
    EXPECT_TRUE(entries[1].second.is_link());
}

TEST(DebugfsOutput, PassesOverWhatIsNoEntry) {
    for (const char* line :
         {"", "ls: Filesystem not open", "12", "12 100644 (1) 0 0 5 25-Foo-2026 18:48 x",
          "12 100644 (1) 0 0 x 25-Nov-2026 18:48 x", "0 100644 (1) 0 0 5 25-Nov-2026 18:48 x",
          "12 100644 (1) 0 0 5 25-Nov-2026 18:48", "12 100644 (1) 0 0 5 25-Nov-2026 18:48 a/b",
          "99999999999 100644 (1) 0 0 5 25-Nov-2026 18:48 x", "12 999 (1) 0 0 5 --- 18:48 x"}) {
        EXPECT_THAT(entries_in(line), IsEmpty()) << line;
    }
}

TEST(DebugfsOutput, FindsEachAnswer) {
    EXPECT_THAT(answers_in("debugfs: ls -l <2>\nA\ndebugfs: cat <3>\nno end of linedebugfs: x\n"
                           "debugfs: cat <4>\n",
                           {"ls -l <2>", "cat <3>", "cat <4>"}),
                ElementsAre("A\n", "no end of linedebugfs: x\n", ""));
    EXPECT_THAT(answers_in("", {"cat <3>"}), ElementsAre(""));
    EXPECT_THAT(answers_in("debugfs: cat <4>\nB", {"cat <3>", "cat <4>"}), ElementsAre("", "B"));
}

TEST(DebugfsOutput, ReadsTheTargetOfALink) {
    EXPECT_EQ(link_target_in("Inode: 12   Type: symlink\nFast link dest: \"usr/\"bin\"\n"),
              "usr/\"bin");
    EXPECT_EQ(link_target_in("Inode: 12   Type: regular\n"), "");
    EXPECT_EQ(link_target_in("Fast link dest: \""), "");
}

std::vector<std::string> digests_of(const std::string& output, std::size_t piece_size,
                                    std::vector<InodeSize> files) {
    CatDigests digests(std::move(files));
    for (std::size_t at = 0; at < output.size(); at += piece_size) {
        digests.take(std::string_view(output).substr(at, piece_size));
    }
    return digests.finish();
}

TEST(CatDigests, TellsFilesApartWhateverThePieces) {
    const std::string content = "x\ndebugfs: cat <9>\n";
    const std::string output =
        "debugfs: cat <7>\n" + content + "debugfs: cat <8>\n" + "debugfs: cat <9>\nabc";
    for (std::size_t size = 1; size <= output.size(); ++size) {
        EXPECT_THAT(
            digests_of(output, size, {{7, content.size()}, {8, 0}, {9, 3}}),
            ElementsAre(base::sha256_hex(content), base::sha256_hex(""), base::sha256_hex("abc")))
            << size;
    }
}

TEST(CatDigests, RefusesFilesThatAreNotAsLongAsTheySay) {
    EXPECT_THROW(digests_of("debugfs: cat <7>\nab", 64, {{7, 3}}), base::Error);
    EXPECT_THROW(digests_of("debugfs: cat <7>\nabcd", 64, {{7, 3}}), base::Error);
    EXPECT_THROW(digests_of("debugfs: cat <8>\nabc", 64, {{7, 3}}), base::Error);
    EXPECT_THROW(digests_of("", 64, {{7, 0}}), base::Error);
    EXPECT_THROW(digests_of("debugfs: cat <7>\ndebugfs: cat <8>\n", 64, {{7, 0}}), base::Error);
    EXPECT_THAT(digests_of("", 64, {}), IsEmpty());
}

TEST(ExtFiles, AsksDebugfsForTheFileSystemAtItsPlace) {
    base::Command expected;
    expected.program = "debugfs";
    expected.arguments = {"-f", "/source/commands", "/source/disk?offset=1048576"};
    EXPECT_EQ(debugfs_command(1048576), expected);
}

}  // namespace
}  // namespace goldsmith::contents
