#include <boost/json.hpp>

#include "service/logs/filter_pattern.h"
#include "service/service_fixture.h"
#include "store/log_stream.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto group = "/aws/imagebuilder/web";

class LogsTest : public ServiceFixture {
protected:
    LogsTest() {
        write("1.0.0/1", 0, 30);
        write("1.0.0/2", 100, 5);
    }

    void write(const char* stream, std::int64_t from, int count) {
        store::LogStore store(folder_.path() / "logs", "us-east-1", "123456789012");
        auto writer = store.writer(group, stream);
        for (int i = 0; i < count; ++i) {
            writer.append(from + i, "line " + std::to_string(i));
        }
    }
};

TEST_F(LogsTest, ReadsAStreamForwardsToItsEnd) {
    json::object input{{"logGroupName", group},
                       {"logStreamName", "1.0.0/1"},
                       {"startFromHead", true},
                       {"limit", 12}};
    std::string seen;
    int lines = 0;
    for (std::string token; token != text("nextToken", input) || token.empty();) {
        token = text("nextToken", input);
        const auto answer = call("GetLogEvents", input, "logs");
        for (const auto& event : answer.at("events").as_array()) {
            EXPECT_EQ(text("message", event), "line " + std::to_string(lines++));
        }
        input["nextToken"] = answer.at("nextForwardToken");
        ASSERT_LE(lines, 30);
        if (text("nextToken", input) == token) {
            break;
        }
    }
    EXPECT_EQ(lines, 30);
}

TEST_F(LogsTest, DescribesGroupsAndStreams) {
    const auto groups = call("DescribeLogGroups", {{"logGroupNamePrefix", "/aws/"}}, "logs");
    EXPECT_EQ(text("logGroups.0.logGroupName", groups), group);
    EXPECT_EQ(text("logGroups.0.arn", groups),
              std::string("arn:aws:logs:us-east-1:123456789012:log-group:") + group + ":*");
    const auto first = call(
        "DescribeLogStreams",
        {{"logGroupName", group}, {"orderBy", "LastEventTime"}, {"descending", true}, {"limit", 1}},
        "logs");
    EXPECT_EQ(text("logStreams.0.logStreamName", first), "1.0.0/2");
    const auto second = call("DescribeLogStreams",
                             {{"logGroupName", group},
                              {"orderBy", "LastEventTime"},
                              {"descending", true},
                              {"limit", 1},
                              {"nextToken", first.at("nextToken")}},
                             "logs");
    EXPECT_EQ(text("logStreams.0.logStreamName", second), "1.0.0/1");
    EXPECT_EQ(text("nextToken", second), "");
}

TEST_F(LogsTest, SearchesEveryStreamPageByPage) {
    json::object input{{"logGroupName", group}, {"filterPattern", "line -3"}, {"limit", 4}};
    std::size_t found = 0;
    for (int pages = 0; pages < 50; ++pages) {
        const auto answer = call("FilterLogEvents", input, "logs");
        found += answer.at("events").as_array().size();
        const auto* next = answer.as_object().if_contains("nextToken");
        if (next == nullptr) {
            break;
        }
        input["nextToken"] = *next;
    }
    EXPECT_EQ(found, 30U + 5U - 3U - 1U);  // without 3, 13, 23 of the one and 3 of the other
}

TEST_F(LogsTest, SaysWhatIsNotThere) {
    const auto error = [&](const char* group_name, const char* stream) {
        return error_of("GetLogEvents", {{"logGroupName", group_name}, {"logStreamName", stream}},
                        "logs");
    };
    EXPECT_EQ(error("none", "1.0.0/1"),
              "ResourceNotFoundException The specified log group does not exist.");
    EXPECT_EQ(error(group, "none"),
              "ResourceNotFoundException The specified log stream does not exist.");
    EXPECT_TRUE(
        error_of("GetLogEvents",
                 {{"logGroupName", group}, {"logStreamName", "1.0.0/1"}, {"nextToken", "nonsense"}},
                 "logs")
            .starts_with("InvalidParameterException"));
    call("DeleteLogGroup", {{"logGroupName", group}}, "logs");
    EXPECT_TRUE(error_of("DeleteLogGroup", {{"logGroupName", group}}, "logs")
                    .starts_with("ResourceNotFoundException"));
}

TEST_F(LogsTest, OfAnotherRegionAreOthers) {
    context_.region = "us-west-2";
    EXPECT_TRUE(
        call("DescribeLogGroups", json::object{}, "logs").at("logGroups").as_array().empty());
}

TEST(FilterPatternTest, MatchesWordsPhrasesAndAlternatives) {
    const auto matches = [](const char* pattern, const char* message) {
        return logs::FilterPattern::parse(pattern).value().matches(message);
    };
    EXPECT_TRUE(matches("", "anything"));
    EXPECT_TRUE(matches("error disk", "disk error"));
    EXPECT_FALSE(matches("error disk", "disk"));
    EXPECT_TRUE(matches("\"disk error\"", "a disk error here"));
    EXPECT_FALSE(matches("\"disk error\"", "error disk"));
    EXPECT_FALSE(matches("error -debug", "debug error"));
    EXPECT_TRUE(matches("?warn ?error", "error"));
    EXPECT_FALSE(matches("?warn ?error", "info"));
    EXPECT_FALSE(logs::FilterPattern::parse("{ $.a = 1 }"));
    EXPECT_FALSE(logs::FilterPattern::parse("\"open"));
}

class StsTest : public ServiceFixture {};

TEST_F(StsTest, SaysWhoCalls) {
    const auto answer = call("GetCallerIdentity", json::object{}, "sts");
    EXPECT_EQ(text("Account", answer), "123456789012");
    EXPECT_EQ(text("Arn", answer), "arn:aws:iam::123456789012:root");
}

}  // namespace
}  // namespace goldsmith::service
