#include "base/pending_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"

namespace goldsmith::base {
namespace {

TEST(PendingFile, HasNoNameUntilItIsPublished) {
    const TempDir folder;
    {
        PendingFile file(folder.path());
        file.append("half a file");
        EXPECT_EQ(file.size_bytes(), 11U);
    }
    EXPECT_TRUE(list_directory(folder.path()).empty());
    PendingFile file(folder.path());
    file.append("a whole ");
    file.append("file");
    ASSERT_TRUE(file.publish(folder.path() / "name"));
    EXPECT_EQ(read_file(folder.path() / "name"), "a whole file");
    EXPECT_FALSE(file.publish(folder.path() / "other"));
}

TEST(PendingFile, NeverTakesANameThatIsThere) {
    const TempDir folder;
    write_file_atomically(folder.path() / "name", "the first");
    PendingFile file(folder.path());
    file.append("the second");
    EXPECT_THROW(file.publish(folder.path() / "name"), SystemError);
    EXPECT_EQ(read_file(folder.path() / "name"), "the first");
}

TEST(PendingFile, IsReadFromTheStartAsOftenAsWanted) {
    const TempDir folder;
    auto file = std::make_shared<PendingFile>(folder.path());
    file->append(std::string(100'000, 'x'));
    file->append("end");
    file->truncate(100'001);
    for (int time = 0; time < 2; ++time) {
        const auto octets = octets_of(file);
        EXPECT_EQ(octets.size_bytes, 100'001U);
        EXPECT_EQ(octets.source->pending_file(), file.get());
        EXPECT_EQ(read_source(*octets.source, 1 << 20), std::string(100'000, 'x') + "e");
    }
    EXPECT_THROW(read_source(*octets_of(file).source, 1000), Error);
}

TEST(PendingFile, WhatAKilledProcessLeftIsCleared) {
    const TempDir folder;
    write_file_atomically(folder.path() / ".pending-abcdef", "left");
    write_file_atomically(folder.path() / "kept", "kept");
    clear_pending_files(folder.path());
    EXPECT_EQ(list_directory(folder.path()), std::vector<std::string>{"kept"});
}

TEST(ByteSource, AFileThatIsTooShortIsAnError) {
    const TempDir folder;
    write_file_atomically(folder.path() / "name", "12345");
    const auto file = std::make_shared<Fd>(open_file(folder.path() / "name", 0));
    FileSource middle(file, 1, 3);
    EXPECT_EQ(read_source(middle, 100), "234");
    FileSource beyond(file, 3, 3);
    EXPECT_THROW(read_source(beyond, 100), Error);
}

}  // namespace
}  // namespace goldsmith::base
