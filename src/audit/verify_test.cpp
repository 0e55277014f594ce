// Tampering, one kind after the other: each must be found, and the right line named.
#include "audit/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/files.h"
#include "audit/log.h"
#include "base/error.h"

namespace goldsmith::audit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class VerifyTest : public testing::Test {
protected:
    void SetUp() override {
        base::FakeClock clock(*base::parse_iso8601("2026-11-25T12:00:00Z"));
        LogOptions options;
        options.folder = folder_.path();
        Log log(options, clock, {});
        for (int i = 1; i <= 6; ++i) {
            log.append(R"({"n":)" + std::to_string(i) + "}", Flush::now);
            if (i == 3) {
                clock.advance(std::chrono::hours(24));
            }
        }
    }

    base::Path file(std::size_t index) const { return log_files(folder_.path()).at(index).path; }
    std::vector<std::string> lines(std::size_t index) const {
        std::vector<std::string> lines;
        std::string text = base::read_file(file(index));
        while (!text.empty()) {
            const auto end = text.find('\n');
            lines.push_back(text.substr(0, end));
            text.erase(0, end + 1);
        }
        return lines;
    }
    void write(std::size_t index, const std::vector<std::string>& lines) const {
        std::string text;
        for (const auto& line : lines) {
            text += line + "\n";
        }
        base::write_file_atomically(file(index), text);
    }
    std::string problem() const { return verify(folder_.path()).problem; }

    base::TempDir folder_;
};

constexpr const char* first_file = "events-2026-11-25-000000000001.jsonl";
constexpr const char* second_file = "events-2026-11-26-000000000004.jsonl";

TEST_F(VerifyTest, FindsAWholeLogWhole) {
    const auto verdict = verify(folder_.path());
    EXPECT_EQ(verdict.problem, "");
    EXPECT_EQ(verdict.lines, 6U);
    EXPECT_EQ(verdict.files, 2U);
    EXPECT_EQ(verdict.head, *read_link(head_file(folder_.path())));
}

TEST_F(VerifyTest, NamesAnAlteredLine) {
    auto altered = lines(0);
    altered[1].replace(altered[1].find("\"n\":2"), 5, "\"n\":9");
    write(0, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(first_file) + ":2: the line was altered"));
}

TEST_F(VerifyTest, NamesTheAlteredLastLineOfAFile) {
    auto altered = lines(0);
    altered[2].replace(altered[2].find("\"n\":3"), 5, "\"n\":9");
    write(0, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(first_file) + ":3: the line was altered"));
}

TEST_F(VerifyTest, NamesTheAlteredLastLineOfAll) {
    auto altered = lines(1);
    altered[2].replace(altered[2].find("\"n\":6"), 5, "\"n\":9");
    write(1, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(second_file) + ":3: the line was altered"));
}

TEST_F(VerifyTest, NamesWhereALineIsMissing) {
    auto altered = lines(0);
    altered.erase(altered.begin() + 1);
    write(0, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(first_file) + ":2: this is line number 3"));
}

TEST_F(VerifyTest, NamesALineThatWasPutIn) {
    auto altered = lines(1);
    altered.insert(altered.begin() + 1, R"({"n":"forged"})");
    write(1, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(second_file) + ":2: the line was altered"));
}

TEST_F(VerifyTest, NamesLinesThatChangedPlaces) {
    auto altered = lines(0);
    std::swap(altered[0], altered[1]);
    write(0, altered);
    EXPECT_THAT(problem(), StartsWith(std::string(first_file) + ":1: this is line number 2"));
}

TEST_F(VerifyTest, SaysThatTheEndWasCutOff) {
    auto altered = lines(1);
    altered.pop_back();
    write(1, altered);
    EXPECT_THAT(problem(), HasSubstr("the end was cut off"));
}

TEST_F(VerifyTest, SaysThatAFileWasRemoved) {
    const auto second = file(1);
    std::filesystem::remove(file(0));
    EXPECT_THAT(problem(), StartsWith(std::string(second_file) + ":1: this is line number 4"));
    std::filesystem::remove(second);
    EXPECT_THAT(problem(), HasSubstr("the log ends with line number 0"));
}

// Somebody who may write to the folder computes the chain anew; only a head kept elsewhere tells.
TEST_F(VerifyTest, ComparesWithAHeadThatWasKeptElsewhere) {
    const auto noted = verify(folder_.path()).head;
    Link link{3, hash_of_line(lines(0).at(2))};
    std::vector<std::string> forged;
    for (int i = 4; i <= 6; ++i) {
        forged.push_back(chained_line(R"({"n":"forged"})", link));
        link = {link.sequence + 1, hash_of_line(forged.back())};
    }
    write(1, forged);
    base::write_file_atomically(head_file(folder_.path()), link_text(link));
    EXPECT_EQ(problem(), "");
    EXPECT_THAT(verify(folder_.path(), noted).problem, HasSubstr("it was noted as " + noted.hash));
}

TEST_F(VerifyTest, AcceptsWhatRetentionHasRemoved) {
    base::write_file_atomically(pruned_file(folder_.path()),
                                link_text({3, hash_of_line(lines(0).at(2))}));
    EXPECT_EQ(problem(), "");  // noted, not yet removed
    std::filesystem::remove(file(0));
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(verify(folder_.path()).lines, 3U);
}

TEST_F(VerifyTest, RefusesAHeadOfAnotherForm) {
    base::write_file_atomically(head_file(folder_.path()), "nonsense");
    EXPECT_THROW(problem(), base::Error);
}

}  // namespace
}  // namespace goldsmith::audit
