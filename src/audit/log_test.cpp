// Writing the log: what is on the disk when, files that follow each other, crashes, no space. (A
// reserve that is used up needs a disk that is really full: tests/api/edge_test.py.)
#include "audit/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "audit/files.h"
#include "audit/verify.h"

namespace goldsmith::audit {
namespace {

using testing::HasSubstr;

class MemorySink final : public base::LogSink {
public:
    void write(std::string_view line) noexcept override { text.lock()->append(line).append("\n"); }
    base::Guarded<std::string> text;
};

class LogTest : public testing::Test {
protected:
    LogOptions options() const {
        LogOptions options;
        options.folder = folder_.path() / "audit";
        options.flush_interval = std::chrono::milliseconds(20);
        return options;
    }
    std::unique_ptr<Log> open(const LogOptions& options) {
        return std::make_unique<Log>(options, clock_, base::Logger(sink_, base::LogLevel::info));
    }
    std::unique_ptr<Log> open() { return open(options()); }

    std::vector<LogFile> files() const { return log_files(options().folder); }
    std::string content() const {
        std::string all;
        for (const auto& file : files()) {
            all += base::read_file(file.path);
        }
        return all;
    }
    Verdict verdict() const { return verify(options().folder); }
    std::string said() const { return *sink_->text.lock(); }

    base::TempDir folder_;
    base::FakeClock clock_{*base::parse_iso8601("2026-11-25T12:00:00Z")};
    std::shared_ptr<MemorySink> sink_ = std::make_shared<MemorySink>();
};

TEST_F(LogTest, ALineThatWasAwaitedIsInTheFileAndTheHead) {
    const auto log = open();
    EXPECT_TRUE(log->append(R"({"n":1})", Flush::soon));
    EXPECT_TRUE(log->append(R"({"n":2})", Flush::now));
    const auto text = content();
    EXPECT_THAT(text, HasSubstr(R"({"n":1,"goldsmithChain":{"sequence":1,)"));
    EXPECT_THAT(text, HasSubstr(R"({"n":2,"goldsmithChain":{"sequence":2,)"));
    EXPECT_EQ(read_link(head_file(options().folder))->sequence, 2U);
    struct stat status {};
    ASSERT_EQ(::stat(files().at(0).path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(verdict().problem, "");
}

TEST_F(LogTest, TheDestructorWritesWhatNobodyAwaited) {
    open()->append(R"({"n":1})", Flush::soon);
    EXPECT_EQ(verdict().lines, 1U);
    EXPECT_EQ(read_link(head_file(options().folder)), verdict().head);
}

TEST_F(LogTest, GoesOnWhereItEnded) {
    open()->append(R"({"n":1})", Flush::now);
    open()->append(R"({"n":2})", Flush::now);
    EXPECT_EQ(files().size(), 1U);
    EXPECT_EQ(verdict().lines, 2U);
    EXPECT_EQ(verdict().problem, "");
}

TEST_F(LogTest, ManyThreadsMakeOneChain) {
    constexpr int threads = 8;
    constexpr int each = 50;
    auto small = options();
    small.max_file_bytes = 4096;
    {
        const auto log = open(small);
        std::vector<std::jthread> callers;
        for (int t = 0; t < threads; ++t) {
            callers.emplace_back([&] {
                for (int i = 0; i < each; ++i) {
                    EXPECT_TRUE(log->append(R"({"n":1})", i % 2 == 0 ? Flush::now : Flush::soon));
                }
            });
        }
    }
    EXPECT_EQ(verdict().problem, "");
    EXPECT_EQ(verdict().lines, threads * each);
    EXPECT_GT(verdict().files, 1U);
}

TEST_F(LogTest, BeginsAFileWithEachDayAndForgetsOldOnes) {
    auto short_memory = options();
    short_memory.keep_days = 2;
    const auto log = open(short_memory);
    for (int day = 0; day < 5; ++day) {
        log->append(R"({"n":1})", Flush::now);
        clock_.advance(std::chrono::hours(24));
    }
    std::vector<std::string> days;
    for (const auto& file : files()) {
        days.push_back(file.day);
    }
    EXPECT_EQ(days, (std::vector<std::string>{"2026-11-27", "2026-11-28", "2026-11-29"}));
    EXPECT_EQ(verdict().problem, "");
    EXPECT_EQ(verdict().lines, 3U);
    EXPECT_EQ(verdict().head.sequence, 5U);
}

TEST_F(LogTest, CutsOffALineThatWasHalfWritten) {
    open()->append(R"({"n":1})", Flush::now);
    const auto file = files().at(0).path;
    const auto whole = base::read_file(file);
    base::write_file_atomically(file, whole + R"({"n":2,"goldsmithCh)");
    EXPECT_EQ(verdict().problem, "");
    open()->append(R"({"n":3})", Flush::now);
    EXPECT_THAT(content(), testing::StartsWith(whole));
    EXPECT_EQ(verdict().problem, "");
    EXPECT_EQ(verdict().lines, 2U);
}

TEST_F(LogTest, ReportsAnEndThatIsMissingAndLeavesTheGapToBeSeen) {
    {
        const auto log = open();
        log->append(R"({"n":1})", Flush::now);
        log->append(R"({"n":2})", Flush::now);
    }
    const auto file = files().at(0).path;
    const auto whole = base::read_file(file);
    base::write_file_atomically(file, whole.substr(0, whole.find('\n') + 1));
    EXPECT_THAT(verdict().problem, HasSubstr("the end was cut off"));
    open()->append(R"({"n":3})", Flush::now);
    EXPECT_THAT(said(), HasSubstr("missing or altered"));
    EXPECT_THAT(verdict().problem, HasSubstr("line number 3"));
}

// Stands for a full disk: the kernel refuses to let the file grow. Lines wait, callers hear of it,
// and everything is written once there is room.
TEST_F(LogTest, WithoutSpaceItSaysSoAndLosesNothing) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto log = open();
    EXPECT_TRUE(log->append(R"({"n":1})", Flush::now));
    EXPECT_TRUE(log->has_room());
    rlimit full = before;
    full.rlim_cur = std::filesystem::file_size(files().at(0).path) + 20;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
    EXPECT_TRUE(log->append(R"({"n":2})", Flush::soon));
    EXPECT_FALSE(log->append(R"({"n":3})", Flush::now));
    EXPECT_FALSE(log->has_room());
    EXPECT_EQ(verdict().lines, 1U);
    EXPECT_EQ(verdict().problem, "");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_TRUE(log->append(R"({"n":4})", Flush::now));
    EXPECT_TRUE(log->has_room());
    const auto text = content();
    for (const char* line : {R"({"n":2,)", R"({"n":3,)", R"({"n":4,)"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_EQ(verdict().problem, "");
    EXPECT_THAT(said(), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace goldsmith::audit
