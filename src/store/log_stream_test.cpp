#include "store/log_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "store/log_format.h"

namespace goldsmith::store {
namespace {

constexpr const char* kGroup = "/aws/imagebuilder/web";
constexpr const char* kStream = "1.0.0/1";

class LogStreamTest : public ::testing::Test {
protected:
    void append_numbers(int from, int to) {
        LogWriter writer = logs_.writer(kGroup, kStream);
        std::vector<LogEvent> events;
        for (int i = from; i < to; ++i) {
            events.push_back({.timestamp_ms = 1000 + i, .message = "line " + std::to_string(i)});
        }
        writer.append(events);
    }

    static std::vector<int> numbers(const LogPage& page) {
        std::vector<int> all;
        for (const LogEvent& event : page.events) {
            EXPECT_EQ(event.message.substr(0, 5), "line ");
            all.push_back(std::stoi(event.message.substr(5)));
        }
        return all;
    }

    static std::vector<int> range(int from, int to) {
        std::vector<int> all;
        for (int i = from; i < to; ++i) {
            all.push_back(i);
        }
        return all;
    }

    LogPage read(const LogQuery& query) { return logs_.read(kGroup, kStream, query).value(); }

    std::filesystem::path file() const {
        return dir_.path() / "us-east-1/123456789012/%2Faws%2Fimagebuilder%2Fweb/1.0.0%2F1.log";
    }

    base::TempDir dir_;
    LogStore logs_{dir_.path(), "us-east-1", "123456789012"};
};

// The worked example of docs/formats/log-stream.md.
TEST(LogFormatTest, LinesAreThoseOfTheFormat) {
    EXPECT_EQ(encode_header_line({"1.0.0/1", 1700000000000}),
              "{\"stream\":\"1.0.0/1\",\"created_ms\":1700000000000}\n");
    EXPECT_EQ(encode_event_line({1700000000100, "Step build/install started", 1700000000105}),
              "{\"t\":1700000000100,\"i\":1700000000105,\"m\":\"Step build/install started\"}\n");
    EXPECT_EQ(encode_group({.name = "g", .created_ms = 5, .retention_days = 30}),
              "{\"name\":\"g\",\"created_ms\":5,\"retention_days\":30}\n");
    EXPECT_EQ(parse_group("{\"name\":\"g\",\"created_ms\":5}")->retention_days, std::nullopt);
}

TEST(LogFormatTest, AnyMessageComesBackAsUtf8) {
    const auto round_trip = [](std::string message) {
        std::string line = encode_event_line({.timestamp_ms = 1, .message = std::move(message)});
        EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
        line.pop_back();
        return parse_event_line(line).value().message;
    };
    EXPECT_EQ(round_trip("a\nb\r\t\"\\\x1b[1m"), "a\nb\r\t\"\\\x1b[1m");
    EXPECT_EQ(round_trip("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(round_trip("a\xff\xfe"
                         "b\xc3"),
              "a\xef\xbf\xbd\xef\xbf\xbd"
              "b\xef\xbf\xbd");
    EXPECT_EQ(round_trip(std::string("nul\0nul", 7)), std::string("nul\0nul", 7));
    EXPECT_EQ(round_trip(""), "");
}

TEST(LogFormatTest, NamesBecomeSafeFileNames) {
    EXPECT_EQ(encoded_log_name("/aws/x y"), "%2Faws%2Fx%20y");
    EXPECT_EQ(encoded_log_name(".."), "%2E.");
    EXPECT_EQ(encoded_log_name("group.json"), "group.json");
    const std::string a = encoded_log_name(std::string(511, '/') + "a");
    const std::string b = encoded_log_name(std::string(511, '/') + "b");
    EXPECT_NE(a, b);
    EXPECT_LT(a.size(), 200u);
}

TEST_F(LogStreamTest, StandsWhereTheFormatSays) {
    append_numbers(0, 1);
    EXPECT_TRUE(std::filesystem::exists(file()));
    EXPECT_EQ(read({}).events.at(0).position, base::read_file(file()).find('\n') + 1);
}

TEST_F(LogStreamTest, WalksForwardThroughAllPages) {
    append_numbers(0, 25);
    std::vector<int> seen;
    LogQuery query{.limit = 10, .start_from_head = true};
    for (int pages = 0; pages < 10; ++pages) {
        const LogPage page = read(query);
        const auto part = numbers(page);
        seen.insert(seen.end(), part.begin(), part.end());
        if (page.forward_token == query.token) {
            EXPECT_TRUE(page.events.empty());
            break;
        }
        query.token = page.forward_token;
    }
    EXPECT_EQ(seen, range(0, 25));
    append_numbers(25, 27);  // whoever waits at the end sees what comes
    EXPECT_EQ(numbers(read(query)), range(25, 27));
}

TEST_F(LogStreamTest, WalksBackwardFromTheLatest) {
    append_numbers(0, 25);
    LogPage page = read({.limit = 10});
    EXPECT_EQ(numbers(page), range(15, 25));
    const std::string end = page.forward_token;
    page = read({.limit = 10, .token = page.backward_token});
    EXPECT_EQ(numbers(page), range(5, 15));
    EXPECT_EQ(numbers(read({.limit = 10, .token = page.forward_token})), range(15, 25));
    page = read({.limit = 10, .token = page.backward_token});
    EXPECT_EQ(numbers(page), range(0, 5));
    const LogPage last = read({.limit = 10, .token = page.backward_token});
    EXPECT_TRUE(last.events.empty());
    EXPECT_EQ(last.backward_token, page.backward_token);
    EXPECT_EQ(read({.token = end}).forward_token, end);
}

TEST_F(LogStreamTest, TimesBoundTheEvents) {
    append_numbers(0, 100);
    EXPECT_EQ(numbers(read({.start_ms = 1010, .end_ms = 1020, .start_from_head = true})),
              range(10, 20));
    EXPECT_EQ(numbers(read({.start_ms = 1010, .end_ms = 1020, .limit = 3})), range(17, 20));
    EXPECT_TRUE(read({.start_ms = 5000}).events.empty());
}

TEST_F(LogStreamTest, APageHoldsAboutOneMegabyte) {
    LogWriter writer = logs_.writer(kGroup, kStream);
    for (int i = 0; i < 5; ++i) {
        writer.append(i, std::string(400 * 1024, static_cast<char>('a' + i)));
    }
    writer.append(9, std::string(3 << 20, 'z'));  // larger than a page: comes alone
    LogPage page = read({.start_from_head = true});
    EXPECT_EQ(page.events.size(), 2u);
    page = read({.token = page.forward_token});
    EXPECT_EQ(page.events.size(), 2u);
    EXPECT_EQ(page.events.at(0).message.at(0), 'c');
    EXPECT_EQ(read({}).events.size(), 1u);
    EXPECT_EQ(read({}).events.at(0).message.size(), 3u << 20);
}

TEST_F(LogStreamTest, RefusesTokensThatItDidNotMake) {
    append_numbers(0, 3);
    for (const char* bad : {"x", "f/", "f/-1", "f/1x", "c/1", "f/99999999999999999999"}) {
        EXPECT_THROW(read({.token = bad}), base::Error) << bad;
    }
    // In the middle of a line, or behind the end: nothing is made up.
    EXPECT_LE(read({.token = "f/60"}).events.size(), 3u);
    EXPECT_EQ(read({.token = "f/999999"}).forward_token, "f/999999");
    EXPECT_EQ(numbers(read({.token = "b/999999"})), range(0, 3));
}

// What a crash or a full disk leaves, at every length.
TEST_F(LogStreamTest, ATornLineIsSkippedAndTheNextWriterGoesOn) {
    append_numbers(0, 2);
    const std::string whole = base::read_file(file());
    const std::size_t second = whole.rfind('\n', whole.size() - 2) + 1;
    for (std::size_t cut = second + 1; cut + 1 < whole.size(); ++cut) {
        std::filesystem::resize_file(file(), cut);
        EXPECT_EQ(numbers(read({})), range(0, 1)) << cut;
        EXPECT_EQ(numbers(read({.start_from_head = true})), range(0, 1)) << cut;
        append_numbers(7, 8);
        EXPECT_EQ(numbers(read({})), (std::vector<int>{0, 7})) << cut;
        EXPECT_EQ(numbers(read({.start_from_head = true})), (std::vector<int>{0, 7})) << cut;
        base::write_file_atomically(file(), whole);
    }
}

TEST_F(LogStreamTest, ALineThatLacksOnlyItsNewlineComesBackWithTheNextWriter) {
    append_numbers(0, 2);
    std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 1);
    EXPECT_EQ(numbers(read({})), range(0, 1));
    append_numbers(2, 3);
    EXPECT_EQ(numbers(read({})), range(0, 3));
}

TEST_F(LogStreamTest, ManyProcessesAndThreadsAppendToOneStream) {
    constexpr int kProcesses = 4;
    constexpr int kEach = 200;
    logs_.create_stream(kGroup, kStream);
    std::vector<pid_t> children;
    for (int process = 0; process < kProcesses; ++process) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            LogWriter writer = logs_.writer(kGroup, kStream);
            for (int i = 0; i < kEach; ++i) {
                writer.append(
                    i, "p" + std::to_string(process) + std::string(97, '.') + std::to_string(i));
            }
            ::_exit(0);
        }
        children.push_back(pid);
    }
    LogWriter shared = logs_.writer(kGroup, kStream);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 3; ++thread) {
            threads.emplace_back([&shared, thread] {
                for (int i = 0; i < kEach; ++i) {
                    shared.append(i, "t" + std::to_string(thread) + "." + std::to_string(i));
                }
            });
        }
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_EQ(status, 0);
    }
    const LogPage page = read({});
    EXPECT_EQ(page.events.size(), static_cast<std::size_t>((kProcesses + 3) * kEach));
    std::set<std::string> distinct;
    for (const LogEvent& event : page.events) {
        distinct.insert(event.message);
    }
    EXPECT_EQ(distinct.size(), page.events.size());
}

TEST_F(LogStreamTest, ListsGroupsAndStreams) {
    EXPECT_TRUE(logs_.groups().empty());
    EXPECT_EQ(logs_.streams(kGroup), std::nullopt);
    EXPECT_EQ(logs_.read(kGroup, kStream, {}), std::nullopt);
    EXPECT_TRUE(logs_.create_group("/other"));
    EXPECT_FALSE(logs_.create_group("/other"));
    append_numbers(3, 9);
    EXPECT_TRUE(logs_.create_stream(kGroup, "0.empty"));
    EXPECT_FALSE(logs_.create_stream(kGroup, "0.empty"));

    const auto groups = logs_.groups();
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_EQ(groups[0].name, kGroup);
    EXPECT_GT(groups[0].stored_bytes, 100u);
    EXPECT_EQ(logs_.groups("/o").size(), 1u);

    const auto streams = logs_.streams(kGroup).value();
    ASSERT_EQ(streams.size(), 2u);
    EXPECT_EQ(streams[0].first_event_ms, std::nullopt);
    EXPECT_EQ(streams[1].name, kStream);
    EXPECT_EQ(streams[1].first_event_ms, 1003);
    EXPECT_EQ(streams[1].last_event_ms, 1008);
    EXPECT_EQ(logs_.streams(kGroup, "1.0").value().size(), 1u);
}

TEST_F(LogStreamTest, DeletesAndExpires) {
    append_numbers(0, 1);
    logs_.create_stream(kGroup, "young");
    EXPECT_TRUE(logs_.set_retention(kGroup, 7));
    EXPECT_FALSE(logs_.set_retention("/nothing", 7));
    EXPECT_EQ(logs_.group(kGroup)->retention_days, 7);
    EXPECT_EQ(logs_.delete_expired(1000 + 6 * 24 * 3600 * 1000), 0u);
    const std::int64_t after_the_old_one = 1001 + 7ll * 24 * 3600 * 1000;
    EXPECT_EQ(logs_.delete_expired(after_the_old_one), 1u);
    EXPECT_EQ(logs_.streams(kGroup).value().size(), 1u);
    EXPECT_TRUE(logs_.delete_stream(kGroup, "young"));
    EXPECT_FALSE(logs_.delete_stream(kGroup, "young"));
    EXPECT_TRUE(logs_.delete_group(kGroup));
    EXPECT_FALSE(logs_.delete_group(kGroup));
    EXPECT_TRUE(logs_.groups().empty());
}

TEST_F(LogStreamTest, RefusesBadNames) {
    EXPECT_THROW(logs_.create_group(""), base::Error);
    EXPECT_THROW(logs_.create_stream(kGroup, "a:b"), base::Error);
    EXPECT_THROW(logs_.create_stream(kGroup, std::string(513, 'x')), base::Error);
    EXPECT_TRUE(logs_.create_stream(std::string(512, '/'), std::string(512, '/')));
    logs_.writer("../../..", "../x").append(1, "line 1");
    EXPECT_EQ(numbers(logs_.read("../../..", "../x", {}).value()), range(1, 2));
}

}  // namespace
}  // namespace goldsmith::store
