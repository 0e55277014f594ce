#include "http/router.h"

#include "http/signer.h"
#include "http/test_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class RouterTest : public testing::Test {
protected:
    RouterTest() {
        source_.add(kKey.access_key_id, {kKey.secret, kTestPrincipal, {}, {}});
        const auto echo = [this](const Call& call) -> Answer {
            last_ = call;
            return Success{.output = json::object{{"seen", call.operation}},
                           .status = 200,
                           .headers = {},
                           .octets = {}};
        };
        router_.add_service("imagebuilder", rest_json_protocol(), echo);
        router_.add_service("logs", json_11_protocol("Logs_20140328"), echo);
        router_.add_service("sts", query_protocol("https://sts/"), echo);
        router_.add_service("ec2", ec2_protocol("http://ec2/"), echo);
        router_.add_service("broken", rest_json_protocol(), [](const Call&) -> Answer {
            throw std::runtime_error("secret cause");
        });
        router_.add_public("/healthz", [](const Request&) -> Response { return {200, {}, "ok"}; });
        router_.add_public("/console/", [](const Request&) -> Response {
            return {200, {}, "page"};
        });
    }

    static Request make(std::string method, std::string target, Headers headers, std::string body) {
        Request request;
        request.method = std::move(method);
        set_target(request, std::move(target));
        request.headers = std::move(headers);
        request.headers.set("Host", "localhost");
        request.body = std::move(body);
        return request;
    }

    Response send(Request request, std::string_view service, const SigningKey& key) {
        sign(request, key, "us-east-1", service, clock_.now());
        return router_.handle(request);
    }
    Response send(Request request, std::string_view service) {
        return send(std::move(request), service, kKey);
    }

    struct Seen {
        std::string service;
        std::string operation;
        int status = 0;
        std::string error_code;
    };

    static inline const Headers kForm{{"Content-Type", "application/x-www-form-urlencoded"}};
    const SigningKey kKey{"AKIAIOSFODNN7EXAMPLE", "secret", {}};
    base::FakeClock clock_{*base::parse_iso8601("2026-01-31T12:00:00Z")};
    FixedCredentials source_;
    std::vector<Seen> observed_;
    Call last_;
    bool recordable_ = true;
    std::optional<Failure> refusal_;
    Router router_{
        {.regions = {"us-east-1", "us-west-2"},
         .observe =
             [this](const Observation& o) {
                 observed_.push_back({o.call.service, o.call.operation, o.status, o.error_code});
                 return recordable_;
             },
         .admit = [this] { return refusal_; },
         .log = {}},
        source_,
        clock_};
};

TEST_F(RouterTest, SendsACallToTheServiceOfItsScope) {
    const auto response =
        send(make("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "{}"), "logs");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"seen":"GetLogEvents"})");
    EXPECT_EQ(last_.service, "logs");
    EXPECT_EQ(last_.region, "us-east-1");
    EXPECT_EQ(last_.principal.arn, kTestPrincipal.arn);
    EXPECT_EQ(last_.request_id, response.headers.get("x-amzn-RequestId"));
    EXPECT_EQ(last_.request_id.size(), 36U);
}

TEST_F(RouterTest, TakesTheBodyOutOfItsFraming) {
    const auto response =
        send(make("POST", "/ListImages",
                  {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}},
                  "7\r\n{\"a\":1}\r\n0\r\n\r\n"),
             "imagebuilder");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(last_.input, json::parse(R"({"a":1})"));
    EXPECT_EQ(last_.body, R"({"a":1})");
}

// One request of every protocol, and what its refusal must look like.
struct Wire {
    const char* service;
    const char* target;
    Headers headers;
    std::string body;
};

std::vector<Wire> wires() {
    const Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
    return {{"imagebuilder", "/ListImages", {}, "{}"},
            {"logs", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "{}"},
            {"sts", "/", form, "Action=GetCallerIdentity&Version=2011-06-15"},
            {"ec2", "/", form, "Action=DescribeImages&Version=2016-11-15"}};
}

TEST_F(RouterTest, RefusesUnsignedRequestsInTheProtocolTheySeemToSpeak) {
    const std::vector<std::string> expected{
        R"("__type":"MissingAuthenticationTokenException")",
        R"("__type":"MissingAuthenticationTokenException")",
        "<ErrorResponse xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\"><Error>"
        "<Type>Sender</Type><Code>MissingAuthenticationToken</Code>",
        "<Response><Errors><Error><Code>MissingAuthenticationToken</Code>"};
    for (std::size_t i = 0; i < wires().size(); ++i) {
        const auto wire = wires()[i];
        const auto response = router_.handle(make("POST", wire.target, wire.headers, wire.body));
        EXPECT_EQ(response.status, 403);
        EXPECT_THAT(response.body, HasSubstr(expected[i]));
    }
}

TEST_F(RouterTest, NamesAnUnknownKeyAsEachProtocolDoes) {
    const std::vector<std::pair<std::string, int>> expected{
        {R"("__type":"UnrecognizedClientException")", 403},
        {R"("__type":"UnrecognizedClientException")", 403},
        {"<Code>InvalidClientTokenId</Code>", 403},
        {"<Code>AuthFailure</Code>", 401}};
    for (std::size_t i = 0; i < wires().size(); ++i) {
        const auto wire = wires()[i];
        const auto response = send(make("POST", wire.target, wire.headers, wire.body), wire.service,
                                   {"AKIANOBODY", "x", {}});
        EXPECT_EQ(response.status, expected[i].second);
        EXPECT_THAT(response.body, HasSubstr(expected[i].first));
    }
}

TEST_F(RouterTest, NamesAWrongSignatureAsEachProtocolDoes) {
    const std::vector<std::string> expected{
        R"("__type":"InvalidSignatureException")", R"("__type":"InvalidSignatureException")",
        "<Code>SignatureDoesNotMatch</Code>", "<Code>SignatureDoesNotMatch</Code>"};
    for (std::size_t i = 0; i < wires().size(); ++i) {
        const auto wire = wires()[i];
        const auto response = send(make("POST", wire.target, wire.headers, wire.body), wire.service,
                                   {kKey.access_key_id, "wrong", {}});
        EXPECT_EQ(response.status, 403);
        EXPECT_THAT(response.body, HasSubstr(expected[i]));
    }
}

TEST_F(RouterTest, NamesTheServicesItServes) {
    const auto response = send(make("POST", "/", {}, "{}"), "dynamodb");
    EXPECT_EQ(response.status, 403);
    EXPECT_THAT(response.body, HasSubstr("'dynamodb' is not served here; this endpoint serves "
                                         "broken, ec2, imagebuilder, logs, sts."));
}

TEST_F(RouterTest, ServesPublicPathsUnsigned) {
    EXPECT_EQ(router_.handle(make("GET", "/healthz", {}, "")).body, "ok");
    EXPECT_EQ(router_.handle(make("HEAD", "/healthz?x", {}, "")).status, 200);
    EXPECT_EQ(router_.handle(make("GET", "/console/a/b.js", {}, "")).body, "page");
    for (const auto* target : {"/healthz/x", "/healthz2", "/console", "/", "/ListImages"}) {
        EXPECT_EQ(router_.handle(make("GET", target, {}, "")).status, 403) << target;
    }
    EXPECT_EQ(router_.handle(make("POST", "/healthz", {}, "")).status, 403);
}

TEST_F(RouterTest, HidesTheCauseOfAnInternalFailure) {
    const auto response = send(make("POST", "/x", {}, "{}"), "broken");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("InternalFailure"));
    EXPECT_THAT(response.body, testing::Not(HasSubstr("secret cause")));
}

TEST_F(RouterTest, ReportsEveryRequestOnce) {
    send(make("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "{}"), "logs");
    send(make("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "nonsense"), "logs");
    router_.handle(make("GET", "/ListImages", {}, ""));
    ASSERT_EQ(observed_.size(), 3U);
    EXPECT_EQ(observed_[0].operation, "GetLogEvents");
    EXPECT_EQ(observed_[0].error_code, "");
    EXPECT_EQ(observed_[1].status, 400);
    EXPECT_EQ(observed_[1].error_code, "SerializationException");
    EXPECT_EQ(observed_[2].service, "");
    EXPECT_EQ(observed_[2].error_code, "MissingAuthenticationTokenException");
}

TEST_F(RouterTest, DoesNotAnswerWhatCouldNotBeRecorded) {
    recordable_ = false;
    const auto response =
        send(make("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "{}"), "logs");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("could not be recorded in the audit log"));
    EXPECT_EQ(router_.handle(make("GET", "/healthz", {}, "")).status, 200);
}

TEST_F(RouterTest, LetsNothingInThatIsNotAdmitted) {
    refusal_ =
        Failure{"ServiceUnavailable", "full", 503, Fault::receiver, {}, {{"Retry-After", "5"}}};
    const auto response =
        send(make("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, "{}"), "logs");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers.get("Retry-After"), "5");
    EXPECT_EQ(last_.service, "");
    EXPECT_TRUE(observed_.empty());
    EXPECT_EQ(router_.handle(make("GET", "/healthz", {}, "")).status, 200);
}

TEST_F(RouterTest, ShapesTheListenersRefusals) {
    auto request = make("POST", "/", kForm, "");
    sign(request, kKey, "us-east-1", "ec2", clock_.now());
    const auto response = router_.refuse(request, {413, "too large"});
    EXPECT_EQ(response.status, 413);
    EXPECT_THAT(response.body, HasSubstr("<Code>RequestEntityTooLargeException</Code>"
                                         "<Message>too large</Message>"));
}

}  // namespace
}  // namespace goldsmith::http
