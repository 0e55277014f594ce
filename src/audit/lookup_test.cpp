// Searching: every attribute, pages, times, accounts, damaged lines.
#include "audit/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/files.h"
#include "audit/log.h"

namespace goldsmith::audit {
namespace {

constexpr const char* account = "123456789012";

std::string record(int number, const std::string& name, const std::string& time,
                   const std::string& of = account,
                   const std::string& identity = R"("type":"Root")") {
    return R"({"userIdentity":{)" + identity + R"(,"accessKeyId":"AKIA)" + std::to_string(number) +
           R"("},"eventTime":")" + time +
           R"(","eventSource":"imagebuilder.amazonaws.com","eventName":")" + name +
           R"(","eventID":"e)" + std::to_string(number) + R"(","readOnly":)" +
           (name.starts_with("Get") ? "true" : "false") +
           R"(,"resources":[{"type":"AWS::ImageBuilder::Component","ARN":"arn:)" +
           std::to_string(number) + R"("}],"recipientAccountId":")" + of + R"("})";
}

class LookupTest : public testing::Test {
protected:
    void SetUp() override {
        base::FakeClock clock(*base::parse_iso8601("2026-11-25T12:00:00Z"));
        LogOptions options;
        options.folder = folder_.path();
        Log log(options, clock, {});
        log.append(record(1, "GetImage", "2026-11-25T12:00:00Z"), Flush::now);
        log.append(record(2, "CreateImage", "2026-11-25T13:00:00Z"), Flush::now);
        log.append(record(3, "GetImage", "2026-11-25T13:00:00Z", "999999999999"), Flush::now);
        clock.advance(std::chrono::hours(24));
        log.append(record(4, "GetImage", "2026-11-26T12:00:00Z", account,
                          R"("type":"IAMUser","userName":"al\"ice")"),
                   Flush::now);
        log.append(record(5, "DeleteImage", "2026-11-26T13:00:00Z", account,
                          R"("type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/r/session")"),
                   Flush::now);
    }

    std::vector<std::string> ids(const Query& query) const {
        std::vector<std::string> ids;
        for (const auto& event : lookup(folder_.path(), query).events) {
            ids.emplace_back(event.record.at("eventID").as_string());
        }
        return ids;
    }
    std::vector<std::string> with(const std::string& attribute, const std::string& value) const {
        return ids({.account = account, .attribute = attribute, .value = value});
    }

    base::TempDir folder_;
};

using Ids = std::vector<std::string>;

TEST_F(LookupTest, GivesTheAccountsOwnNewestFirst) {
    EXPECT_EQ(ids({.account = account}), (Ids{"e5", "e4", "e2", "e1"}));
    EXPECT_EQ(ids({.account = "999999999999"}), (Ids{"e3"}));
    EXPECT_EQ(ids({.account = "000000000000"}), Ids{});
}

TEST_F(LookupTest, TakesEveryAttribute) {
    EXPECT_EQ(with("EventId", "e2"), (Ids{"e2"}));
    EXPECT_EQ(with("EventName", "GetImage"), (Ids{"e4", "e1"}));
    EXPECT_EQ(with("ReadOnly", "false"), (Ids{"e5", "e2"}));
    EXPECT_EQ(with("Username", "root"), (Ids{"e2", "e1"}));
    EXPECT_EQ(with("Username", "al\"ice"), (Ids{"e4"}));
    EXPECT_EQ(with("Username", "session"), (Ids{"e5"}));
    EXPECT_EQ(with("ResourceType", "AWS::ImageBuilder::Component").size(), 4U);
    EXPECT_EQ(with("ResourceName", "arn:2"), (Ids{"e2"}));
    EXPECT_EQ(with("EventSource", "imagebuilder.amazonaws.com").size(), 4U);
    EXPECT_EQ(with("AccessKeyId", "AKIA1"), (Ids{"e1"}));
    EXPECT_EQ(with("AccessKeyId", "AKIA"), Ids{});
    EXPECT_EQ(with("EventId", "e3"), Ids{});  // of the other account
    EXPECT_EQ(with("Nonsense", "e2"), Ids{});
}

TEST_F(LookupTest, KeepsToTheTimes) {
    const auto at = [](const char* text) { return *base::parse_iso8601(text); };
    EXPECT_EQ(ids({.account = account, .start = at("2026-11-25T13:00:00Z")}),
              (Ids{"e5", "e4", "e2"}));
    EXPECT_EQ(ids({.account = account, .end = at("2026-11-25T13:00:00Z")}), (Ids{"e2", "e1"}));
    EXPECT_EQ(ids({.account = account, .start = at("2026-11-27T00:00:00Z")}), Ids{});
}

TEST_F(LookupTest, PagesWithoutSkippingOrRepeating) {
    Query query{.account = account, .limit = 1};
    Ids all;
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = lookup(folder_.path(), query);
        for (const auto& event : page.events) {
            all.emplace_back(event.record.at("eventID").as_string());
        }
        if (!page.before) {
            break;
        }
        query.before = *page.before;
    }
    EXPECT_EQ(all, (Ids{"e5", "e4", "e2", "e1"}));
}

TEST_F(LookupTest, ASearchThatReadsTooMuchGoesOnInTheNextPage) {
    Query query{.account = account, .attribute = "EventId", .value = "e1"};
    query.most_bytes = 1;
    int pages = 1;
    auto page = lookup(folder_.path(), query);
    while (page.events.empty() && page.before) {
        query.before = *page.before;
        page = lookup(folder_.path(), query);
        ++pages;
    }
    EXPECT_EQ(page.events.size(), 1U);
    EXPECT_GT(pages, 2);
}

TEST_F(LookupTest, GivesTheRecordWithoutItsPlaceInTheChain) {
    const auto page =
        lookup(folder_.path(), {.account = account, .attribute = "EventId", .value = "e1"});
    EXPECT_EQ(page.events.at(0).text, record(1, "GetImage", "2026-11-25T12:00:00Z"));
}

TEST_F(LookupTest, PassesOverWhatIsNoRecord) {
    const auto file = log_files(folder_.path()).at(1).path;
    base::write_file_atomically(file, "\n\nnonsense\n{\"half\":" + base::read_file(file) + "torn");
    EXPECT_EQ(ids({.account = account}), (Ids{"e5", "e2", "e1"}));
}

TEST(BackwardLines, ReadsLinesLongerThanItsBlocks) {
    const base::TempDir folder;
    const auto file = folder.path() / "f";
    const std::string longest(900'000, 'x');
    base::write_file_atomically(file, "a\n" + longest + "\n\nb\ntorn");
    BackwardLines lines(file);
    EXPECT_EQ(lines.next(), "b");
    EXPECT_EQ(lines.complete_bytes(), 2 + longest.size() + 1 + 1 + 2);
    EXPECT_EQ(lines.next(), "");
    EXPECT_EQ(lines.next(), longest);
    EXPECT_EQ(lines.next(), "a");
    EXPECT_EQ(lines.next(), std::nullopt);
    base::write_file_atomically(file, "no line break");
    EXPECT_EQ(BackwardLines(file).next(), std::nullopt);
}

}  // namespace
}  // namespace goldsmith::audit
