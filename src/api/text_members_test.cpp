// Answers that are written without a tree say what the tree would say.
#include "api/text_members.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "api/encode.h"
#include "api/generated/cloudtrail/round_trips.h"
#include "api/generated/cloudtrail/tables.h"
#include "api/generated/ec2/round_trips.h"
#include "api/generated/ec2/tables.h"
#include "api/generated/iam/round_trips.h"
#include "api/generated/iam/tables.h"
#include "api/generated/imagebuilder/round_trips.h"
#include "api/generated/imagebuilder/tables.h"
#include "api/generated/logs/round_trips.h"
#include "api/generated/logs/tables.h"
#include "api/generated/ssm/round_trips.h"
#include "api/generated/ssm/tables.h"
#include "api/generated/sts/round_trips.h"
#include "api/generated/sts/tables.h"
#include "api/model_sample.h"

namespace goldsmith::api {
namespace {

namespace json = boost::json;

/// Every answer that is sent as it is has a writer, and no other has. Returns how many.
std::size_t expect_same_answers(const Service& service, const TextWriters& writers) {
    std::size_t answers = 0;
    for (const auto* operation : service.operations) {
        const auto writer = writers.find(operation->output->name);
        EXPECT_EQ(writer != writers.end(), is_sent_as_it_is(service, *operation))
            << operation->name;
        if (writer == writers.end()) {
            continue;
        }
        const auto full = full_sample(*operation->output).as_object();
        EXPECT_EQ(json::parse(writer->second(full)), json::value(full)) << operation->name;
        ++answers;
    }
    return answers;
}

TEST(TextMembers, AnswersSayWhatTheirTreesSay) {
    EXPECT_GT(expect_same_answers(imagebuilder::tables::service, imagebuilder::text_writers()),
              60U);
    EXPECT_GT(expect_same_answers(logs::tables::service, logs::text_writers()), 3U);
    EXPECT_GT(expect_same_answers(ssm::tables::service, ssm::text_writers()), 0U);
    expect_same_answers(cloudtrail::tables::service, cloudtrail::text_writers());
    EXPECT_EQ(expect_same_answers(ec2::tables::service, ec2::text_writers()), 0U);
    EXPECT_EQ(expect_same_answers(iam::tables::service, iam::text_writers()), 0U);
    EXPECT_EQ(expect_same_answers(sts::tables::service, sts::text_writers()), 0U);
}

/// Structures within answers too, with their required members alone.
TEST(TextMembers, AbsentMembersAreLeftOut) {
    const auto& writers = imagebuilder::text_writers();
    std::size_t written = 0;
    for (const auto* shape : imagebuilder::tables::service.shapes) {
        const auto writer = writers.find(shape->name);
        if (writer == writers.end()) {
            continue;
        }
        auto bare = full_sample(*shape).as_object();
        for (const auto& member : shape->members) {
            if (!member.required) {
                bare.erase(member.name);
            }
        }
        EXPECT_EQ(json::parse(writer->second(bare)), json::value(bare)) << shape->name;
        ++written;
    }
    EXPECT_EQ(written, writers.size());
}

template <class Value>
std::string text_of_value(const Value& value) {
    std::string text;
    append_text(text, value);
    return text;
}

TEST(TextMembers, WritesValues) {
    EXPECT_EQ(text_of_value(std::string("a\"\n\xFF")), "\"a\\\"\\n\xEF\xBF\xBD\"");
    EXPECT_EQ(text_of_value(true), "true");
    EXPECT_EQ(text_of_value(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(text_of_value(std::int32_t{7}), "7");
    EXPECT_EQ(text_of_value(0.1), "0.1");
    EXPECT_EQ(text_of_value(base::Time(std::chrono::milliseconds(1678410280609))),
              "\"2023-03-10T01:04:40.609Z\"");
    EXPECT_EQ(text_of_value(std::vector<std::string>{}), "[]");
    EXPECT_EQ(text_of_value(std::vector<std::string>{"a", "b"}), R"(["a","b"])");
    EXPECT_EQ(text_of_value(std::map<std::string, std::string>{}), "{}");
    EXPECT_EQ(
        text_of_value(std::map<std::string, std::vector<std::string>>{{"a\"", {"1"}}, {"b", {}}}),
        R"({"a\"":["1"],"b":[]})");
}

TEST(TextMembers, AnObjectMayBeEmpty) {
    std::string text;
    TextMembers members(text);
    members.add("\"a\":", std::optional<bool>());
    members.close();
    EXPECT_EQ(text, "{}");
}

}  // namespace
}  // namespace goldsmith::api
