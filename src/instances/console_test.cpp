#include "instances/console.h"

#include <gtest/gtest.h>

namespace goldsmith::instances {
namespace {

TEST(Console, KeepsWhatWasWrittenWhenItEnds) {
    const base::TempDir folder;
    const base::Path file = folder.path() / "console.log";
    {
        const Console console(file);
        base::write_all(console.write_fd(), "one\ntwo\nthree\n");
    }
    EXPECT_EQ(base::read_file(file), "one\ntwo\nthree\n");
    EXPECT_EQ(tail_of_console(file, 2), "two\nthree");
    EXPECT_EQ(tail_of_console(file, 100), "one\ntwo\nthree");
}

TEST(Console, KeepsTheNewerPartOfAFlood) {
    const base::TempDir folder;
    const base::Path file = folder.path() / "console.log";
    {
        const Console console(file, 100'000);
        for (int i = 0; i < 20'000; ++i) {
            base::write_all(console.write_fd(), "line " + std::to_string(i) + "\n");
        }
    }
    EXPECT_LE(std::filesystem::file_size(file), 170'000U);
    EXPECT_EQ(tail_of_console(file, 1), "line 19999");
}

TEST(Console, TailLeavesOutControlSequences) {
    EXPECT_EQ(without_control_sequences("\x1b[0;32m  OK  \x1b[0m] done\r\n\x1b]0;title\a!\x1b(B\n"),
              "  OK  ] done\n!B\n");
    EXPECT_EQ(tail_of_console("/no/such/file", 5), "");
}

}  // namespace
}  // namespace goldsmith::instances
