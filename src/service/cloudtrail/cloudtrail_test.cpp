// LookupEvents over a log that the test writes.
#include <boost/json.hpp>

#include "audit/log.h"
#include "service/service_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class CloudTrailTest : public ServiceFixture {
protected:
    CloudTrailTest() {
        base::SystemClock clock;
        audit::LogOptions options;
        options.folder = dependencies_->audit_directory;
        audit::Log log(options, clock, {});
        for (int i = 1; i <= 7; ++i) {
            json::object record{{"userIdentity", {{"type", "Root"}, {"accessKeyId", "AKIA"}}},
                                {"eventTime", "2026-11-25T12:00:0" + std::to_string(i) + "Z"},
                                {"eventSource", "imagebuilder.amazonaws.com"},
                                {"eventName", i % 2 == 0 ? "GetImage" : "DeleteImage"},
                                {"awsRegion", i == 7 ? "eu-west-1" : "us-east-1"},
                                {"eventID", "e" + std::to_string(i)},
                                {"readOnly", i % 2 == 0},
                                {"resources", json::array{{{"type", "AWS::ImageBuilder::Image"},
                                                           {"ARN", "arn:x"}}}},
                                {"recipientAccountId", i == 5 ? "999999999999" : "123456789012"}};
            log.append(json::serialize(record), audit::Flush::now);
        }
    }

    json::value look(json::object input) {
        return call("LookupEvents", std::move(input), "cloudtrail");
    }
    std::string refusal(json::object input) {
        const auto error = error_of("LookupEvents", std::move(input), "cloudtrail");
        return error.substr(0, error.find(' '));
    }
    static std::string ids(const json::value& answer) {
        std::string ids;
        for (const auto& event : answer.at("Events").as_array()) {
            ids += event.at("EventId").as_string();
        }
        return ids;
    }
    static json::object attribute(const char* key, const char* value) {
        return {
            {"LookupAttributes", json::array{{{"AttributeKey", key}, {"AttributeValue", value}}}}};
    }
};

TEST_F(CloudTrailTest, ShowsTheCallersAccountAndRegionNewestFirst) {
    const auto answer = look({});
    EXPECT_EQ(ids(answer), "e6e4e3e2e1");
    const auto& event = answer.at("Events").at(0).as_object();
    EXPECT_EQ(event.at("EventName"), "GetImage");
    EXPECT_EQ(event.at("ReadOnly"), "true");
    EXPECT_EQ(event.at("Username"), "root");
    EXPECT_EQ(event.at("AccessKeyId"), "AKIA");
    EXPECT_EQ(event.at("EventSource"), "imagebuilder.amazonaws.com");
    EXPECT_EQ(event.at("Resources").at(0).at("ResourceType"), "AWS::ImageBuilder::Image");
    EXPECT_EQ(event.at("Resources").at(0).at("ResourceName"), "arn:x");
    const auto whole = json::parse(event.at("CloudTrailEvent").as_string());
    EXPECT_EQ(whole.at("eventID"), "e6");
    EXPECT_FALSE(whole.as_object().contains("goldsmithChain"));
}

TEST_F(CloudTrailTest, TakesAnAttributeAndATimeRange) {
    EXPECT_EQ(ids(look(attribute("EventName", "DeleteImage"))), "e3e1");
    EXPECT_EQ(ids(look(attribute("EventId", "e5"))), "");
    auto range = attribute("ReadOnly", "true");
    range["StartTime"] = 1795608002;  // 2026-11-25T12:00:02Z
    range["EndTime"] = 1795608004;
    EXPECT_EQ(ids(look(range)), "e4e2");
}

TEST_F(CloudTrailTest, Pages) {
    json::object input{{"MaxResults", 2}};
    std::string all;
    for (int pages = 0; pages < 5; ++pages) {
        const auto answer = look(input);
        all += ids(answer) + " ";
        const auto* token = answer.as_object().if_contains("NextToken");
        if (token == nullptr) {
            break;
        }
        input["NextToken"] = *token;
    }
    EXPECT_EQ(all, "e6e4 e3e2 e1 ");
}

TEST_F(CloudTrailTest, RefusesWhatItCannotDo) {
    EXPECT_EQ(refusal({{"NextToken", "forged"}}), "InvalidNextTokenException");
    EXPECT_EQ(refusal({{"StartTime", 2}, {"EndTime", 1}}), "InvalidTimeRangeException");
    json::object two{
        {"LookupAttributes", json::array{{{"AttributeKey", "EventId"}, {"AttributeValue", "a"}},
                                         {{"AttributeKey", "EventId"}, {"AttributeValue", "b"}}}}};
    EXPECT_EQ(refusal(two), "InvalidLookupAttributesException");
    EXPECT_EQ(refusal({{"MaxResults", 51}}), "ValidationException");
    EXPECT_EQ(refusal(attribute("Nonsense", "x")), "ValidationException");
    EXPECT_EQ(ids(look({{"EventCategory", "insight"}})), "");
}

}  // namespace
}  // namespace goldsmith::service
