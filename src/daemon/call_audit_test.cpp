// What a call leaves in the audit log: who, what, with which outcome; secrets; refused requests.
#include "daemon/call_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/generated/imagebuilder/dispatch.h"
#include "audit/chain.h"
#include "audit/files.h"
#include "audit/verify.h"
#include "daemon/audit_values.h"

namespace goldsmith::daemon {
namespace {

namespace json = boost::json;

constexpr const char* arn = "arn:aws:imagebuilder:us-east-1:123456789012:component/nginx/1.0.0/1";

http::Success success(json::object output) {
    http::Success success;
    success.output = std::move(output);
    return success;
}

class CallAuditTest : public testing::Test {
protected:
    CallAuditTest() {
        audit_.add_service("imagebuilder", *endpoint_);
        request_.remote_address = "192.0.2.7:51234";
        request_.headers.set("User-Agent", "aws-cli/2.9");
        call_.service = "imagebuilder";
        call_.region = "us-east-1";
        call_.request_id = "5a0c";
        call_.principal = {"AKIAEXAMPLE", "123456789012", "arn:aws:iam::123456789012:root"};
    }

    void target(const char* method, const std::string& path) {
        request_.method = call_.method = method;
        http::set_target(request_, path);
        call_.path = {path.substr(1)};
    }

    /// The record of one call, newest.
    json::object observe(const http::Answer& answer, int status = 200) {
        const auto* failure = std::get_if<http::Failure>(&answer);
        EXPECT_TRUE(audit_.observe({request_, call_, status, failure ? failure->code : "",
                                    std::chrono::nanoseconds(1), &answer}));
        log_->append("{}", audit::Flush::now);  // what stands before it is now in the file
        audit::BackwardLines lines(audit::log_files(folder_.path()).back().path);
        lines.next();
        return json::parse(audit::record_of(lines.next().value())).as_object();
    }

    base::TempDir folder_;
    base::FakeClock clock_{*base::parse_iso8601("2026-11-25T12:00:00Z")};
    base::SystemRandom random_;
    std::unique_ptr<audit::Log> log_ = std::make_unique<audit::Log>(
        audit::LogOptions{.folder = folder_.path()}, clock_, base::Logger());
    std::unique_ptr<api::Endpoint> endpoint_ = api::imagebuilder::make_endpoint({});
    CallAudit audit_{*log_, clock_, random_};
    http::Request request_;
    http::Call call_;
};

TEST_F(CallAuditTest, RecordsAChangeWithItsAnswer) {
    target("PUT", "/CreateComponent");
    call_.input = {{"name", "nginx"}, {"data", std::string(5000, 'x')}};
    const auto record = observe(success({{"componentBuildVersionArn", arn}}));
    EXPECT_EQ(record.at("eventName"), "CreateComponent");
    EXPECT_EQ(record.at("eventSource"), "imagebuilder.amazonaws.com");
    EXPECT_EQ(record.at("eventTime"), "2026-11-25T12:00:00Z");
    EXPECT_EQ(record.at("awsRegion"), "us-east-1");
    EXPECT_EQ(record.at("sourceIPAddress"), "192.0.2.7");
    EXPECT_EQ(record.at("userAgent"), "aws-cli/2.9");
    EXPECT_EQ(record.at("readOnly"), false);
    EXPECT_EQ(record.at("requestID"), "5a0c");
    EXPECT_EQ(record.at("recipientAccountId"), "123456789012");
    EXPECT_EQ(record.at("userIdentity"), (json::value{{"type", "Root"},
                                                      {"principalId", "123456789012"},
                                                      {"arn", "arn:aws:iam::123456789012:root"},
                                                      {"accountId", "123456789012"},
                                                      {"accessKeyId", "AKIAEXAMPLE"}}));
    EXPECT_EQ(record.at("requestParameters").at("name"), "nginx");
    EXPECT_EQ(record.at("requestParameters").at("data").as_string(),
              std::string(256, 'x') + "... (5000 bytes)");
    EXPECT_EQ(record.at("responseElements").at("componentBuildVersionArn"), arn);
    EXPECT_EQ(record.at("resources").at(0).at("type"), "AWS::ImageBuilder::Component");
    EXPECT_EQ(record.at("resources").at(0).at("ARN"), arn);
    EXPECT_FALSE(record.contains("errorCode"));
    EXPECT_FALSE(record.contains("tlsDetails"));
    EXPECT_EQ(audit::verify(folder_.path()).problem, "");
}

TEST_F(CallAuditTest, AChangeIsInTheFileBeforeItIsAnswered) {
    target("PUT", "/CreateComponent");
    const http::Answer done = success({});
    EXPECT_TRUE(audit_.observe({request_, call_, 200, "", std::chrono::nanoseconds(1), &done}));
    EXPECT_THAT(base::read_file(audit::log_files(folder_.path()).back().path),
                testing::HasSubstr("CreateComponent"));
}

TEST_F(CallAuditTest, RecordsAReadWithoutItsAnswer) {
    target("GET", "/GetComponent");
    call_.query = {{"componentBuildVersionArn", arn}};
    const auto record = observe(success({{"component", "large"}}));
    EXPECT_EQ(record.at("eventName"), "GetComponent");
    EXPECT_EQ(record.at("readOnly"), true);
    EXPECT_TRUE(record.at("responseElements").is_null());
    EXPECT_EQ(record.at("requestParameters").at("componentBuildVersionArn"), arn);
}

TEST_F(CallAuditTest, RecordsParametersOfThePath) {
    request_.method = call_.method = "GET";
    call_.path = {"tags", arn};
    const auto record = observe(success({}));
    EXPECT_EQ(record.at("eventName"), "ListTagsForResource");
    EXPECT_EQ(record.at("requestParameters").at("resourceArn"), arn);
}

TEST_F(CallAuditTest, RecordsADenial) {
    target("PUT", "/CreateComponent");
    call_.principal.arn = "arn:aws:sts::123456789012:assumed-role/build/session-1";
    const auto record = observe(
        http::Failure{"AccessDeniedException", "not allowed", 403, http::Fault::sender, {}}, 403);
    EXPECT_EQ(record.at("errorCode"), "AccessDeniedException");
    EXPECT_EQ(record.at("errorMessage"), "not allowed");
    EXPECT_EQ(record.at("userIdentity").at("type"), "AssumedRole");
    EXPECT_EQ(record.at("userIdentity").at("sessionContext").at("sessionIssuer").at("arn"),
              "arn:aws:iam::123456789012:role/build");
}

TEST_F(CallAuditTest, RecordsARefusedSignatureByWhatItClaims) {
    target("PUT", "/CreateComponent");
    call_ = {};
    request_.headers.set("Host", "x");
    request_.headers.set("X-Amz-Date", "20261125T120000Z");
    request_.headers.set("Authorization",
                         "AWS4-HMAC-SHA256 Credential=AKIAFORGED/20261125/us-east-1/imagebuilder/"
                         "aws4_request, SignedHeaders=host;x-amz-date, Signature=00");
    const auto record = observe(
        http::Failure{"InvalidSignatureException", "no", 403, http::Fault::sender, {}}, 403);
    EXPECT_EQ(record.at("userIdentity"),
              (json::value{{"type", "Unknown"}, {"accessKeyId", "AKIAFORGED"}}));
    EXPECT_EQ(record.at("eventName"), "CreateComponent");
    EXPECT_EQ(record.at("eventSource"), "imagebuilder.amazonaws.com");
    EXPECT_TRUE(record.at("requestParameters").is_null());
    EXPECT_FALSE(record.contains("recipientAccountId"));
}

TEST_F(CallAuditTest, CountsRefusedRequestsBeyondABoundInsteadOfWritingThem) {
    call_ = {};
    const http::Answer refused =
        http::Failure{"MissingAuthenticationTokenException", "no", 403, http::Fault::sender, {}};
    const auto send = [&] {
        EXPECT_TRUE(
            audit_.observe({request_, call_, 403, "", std::chrono::nanoseconds(1), &refused}));
    };
    for (int i = 0; i < 150; ++i) {
        send();
    }
    clock_.advance(std::chrono::seconds(1));
    send();
    log_.reset();
    const auto text = base::read_file(audit::log_files(folder_.path()).back().path);
    EXPECT_EQ(std::ranges::count(text, '\n'), 102);
    EXPECT_THAT(text,
                testing::HasSubstr(
                    R"("eventName":"RefusedRequestsOmitted","additionalEventData":{"count":50})"));
}

TEST_F(CallAuditTest, SurvivesHeadersThatAreNoText) {
    request_.headers.set("User-Agent", std::string("\xff\x00\n\"", 4) + std::string(2000, 'y'));
    target("GET", "/GetComponent");
    const auto record = observe(success({}));
    EXPECT_EQ(record.at("userAgent").as_string().size(), 512U);
}

std::string audit_text(const json::value& value) {
    std::string text;
    append_audit_value(text, value);
    return text;
}

TEST(AuditValues, MasksSecretsWhereverTheyStand) {
    const json::value value{
        {"password", "x"},
        {"nested", json::array{{{"SecretAccessKey", "x"}, {"AccessKeyId", "AKIA"}}}},
        {"sessionToken", "x"},
        {"secretsManagerArn", "arn:x"},
        {"clientToken", "t"}};
    EXPECT_EQ(
        audit_text(value),
        R"({"password":"HIDDEN_DUE_TO_SECURITY_REASONS",)"
        R"("nested":[{"SecretAccessKey":"HIDDEN_DUE_TO_SECURITY_REASONS","AccessKeyId":"AKIA"}],)"
        R"("sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS","secretsManagerArn":"arn:x","clientToken":"t"})");
}

TEST(AuditValues, AbbreviatesAtACharacter) {
    std::string text(255, 'x');
    text += "\xc3\xa9" + std::string(2000, 'y');
    EXPECT_EQ(json::parse(audit_text(json::value(text))).as_string(),
              std::string(255, 'x') + "... (2257 bytes)");
}

// What cannot be read back would hide its call from LookupEvents.
TEST(AuditValues, CanAlwaysBeReadBack) {
    json::value deep = "bottom";
    for (int i = 0; i < 100; ++i) {
        deep = i % 2 == 0 ? json::value(json::array{deep}) : json::value(json::object{{"k", deep}});
    }
    const json::value value{{"deep", deep},
                            {"broken", "\xff\xfe"},
                            {"\xc3", "name"},
                            {"long", std::string(2000, '\xe9')}};
    boost::system::error_code error;
    const auto read = json::parse(audit_text(value), error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(read.at("broken"), "??");
    EXPECT_EQ(read.at("?"), "name");
}

TEST(AuditValues, BoundsTheWhole) {
    json::array many;
    for (int i = 0; i < 100'000; ++i) {
        many.emplace_back("some text");
    }
    EXPECT_EQ(audit_text(json::value{{"list", many}}),
              R"({"omitted":"more than 64 KiB of parameters"})");
}

TEST(AuditRecord, KnowsKindsOfResources) {
    EXPECT_EQ(resource_type_of(arn), "AWS::ImageBuilder::Component");
    EXPECT_EQ(resource_type_of("arn:aws:iam::1:role/x/y"), "AWS::IAM::Role");
    EXPECT_EQ(resource_type_of("ami-0123456789abcdef0"), "AWS::EC2::Ami");
    EXPECT_EQ(resource_type_of("arn:aws:unknown:::thing"), "");
    EXPECT_EQ(resource_type_of("hello"), "");
    EXPECT_EQ(resource_type_of(""), "");
}

}  // namespace
}  // namespace goldsmith::daemon
