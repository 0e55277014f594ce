// Each wire form, in and out.

#include "http/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr auto kEc2 = "http://ec2.amazonaws.com/doc/2016-11-15/";
constexpr auto kSts = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr auto kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

Request request(std::string method, std::string target, Headers headers, std::string body) {
    Request result;
    result.method = std::move(method);
    set_target(result, std::move(target));
    result.headers = std::move(headers);
    result.body = std::move(body);
    return result;
}

Request form(std::string body) {
    return request("POST", "/", {{"Content-Type", "application/x-www-form-urlencoded"}},
                   std::move(body));
}

struct Decoded {
    Call call;
    std::optional<Failure> failure;
};

Decoded decode(const Protocol& protocol, const Request& request) {
    Decoded result;
    result.call.body = request.body;
    result.call.headers = request.headers;
    result.call.request_id = "the-id";
    result.failure = protocol.decode(request, result.call);
    return result;
}

Call named(std::string operation) {
    Call call;
    call.operation = std::move(operation);
    call.request_id = "the-id";
    return call;
}

Success success(json::value output) {
    Success result;
    result.output = std::move(output);
    return result;
}

const Failure kNotFound{"NotFound", "no <such> thing", 404, Fault::sender, {}};

// ---- rest-json ---------------------------------------------------------------------------------

TEST(RestJson, TakesPathQueryAndBodyApart) {
    const auto [call, failure] = decode(
        *rest_json_protocol(),
        request("DELETE", "/tags/arn%3Aaws%2Fx?tagKeys=a%20b&tagKeys=c", {}, R"({"name":"web"})"));
    EXPECT_FALSE(failure);
    EXPECT_EQ(call.method, "DELETE");
    EXPECT_EQ(call.operation, "");
    EXPECT_THAT(call.path, ElementsAre("tags", "arn:aws/x"));
    EXPECT_THAT(call.query, ElementsAre(Pair("tagKeys", "a b"), Pair("tagKeys", "c")));
    EXPECT_EQ(call.input, json::parse(R"({"name":"web"})"));
}

TEST(RestJson, TakesNoBodyAsAnEmptyObject) {
    EXPECT_EQ(decode(*rest_json_protocol(), request("POST", "/ListImages", {}, " \n")).call.input,
              json::object());
}

TEST(RestJson, LeavesOctetsAloneWhereTheyArePossible) {
    const auto protocol = rest_json_protocol(Blobs::possible);
    for (const auto& headers : {Headers{}, Headers{{"Content-Type", "binary/octet-stream"}}}) {
        const auto [call, failure] =
            decode(*protocol, request("PUT", "/snapshots/s/blocks/0", headers, "{\x01"));
        EXPECT_FALSE(failure);
        EXPECT_TRUE(call.input.is_null());
        EXPECT_EQ(call.body, "{\x01");
        EXPECT_TRUE(decode(*rest_json_protocol(), request("PUT", "/", headers, "{\x01")).failure);
    }
    const Headers json_type{{"Content-Type", "application/json"}};
    EXPECT_TRUE(decode(*protocol, request("PUT", "/", json_type, "{\x01")).failure);
    EXPECT_EQ(decode(*protocol, request("PUT", "/", {}, "{}")).call.input, json::object());
}

TEST(RestJson, HidesThePresignedParameters) {
    EXPECT_THAT(
        decode(*rest_json_protocol(), request("GET", "/a?X-Amz-Date=1&b=2", {}, "")).call.query,
        ElementsAre(Pair("b", "2")));
}

TEST(RestJson, RefusesWhatIsNotAnObject) {
    for (const auto& [body, expected] : std::vector<std::pair<std::string, const char*>>{
             {"{\"a\":\n x}", "line 2"}, {"[1]", "JSON object"}, {"\"text\"", "JSON object"}}) {
        const auto failure =
            decode(*rest_json_protocol(), request("POST", "/ListImages", {}, body)).failure;
        ASSERT_TRUE(failure) << body;
        EXPECT_EQ(failure->code, "SerializationException");
        EXPECT_EQ(failure->status, 400);
        EXPECT_THAT(failure->message, HasSubstr(expected));
    }
}

TEST(RestJson, EncodesAnswersAndErrors) {
    const auto protocol = rest_json_protocol();
    auto response = protocol->encode(named(""), success({{"a", 1}}));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"a":1})");
    EXPECT_EQ(response.headers.get("content-type"), "application/json");
    EXPECT_EQ(response.headers.get("x-amzn-requestid"), "the-id");
    EXPECT_EQ(protocol->encode(named(""), success(nullptr)).body, "{}");

    auto failure = kNotFound;
    failure.members = {{"resource", "x"}};
    response = protocol->encode(named(""), failure);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.headers.get("x-amzn-ErrorType"), "NotFound");
    EXPECT_EQ(response.body, R"({"__type":"NotFound","message":"no <such> thing","resource":"x"})");
}

TEST(RestJson, SendsOctetsWithTheirHeaders) {
    Success octets;
    octets.octets = std::string("\0\x01", 2);
    octets.status = 201;
    octets.headers = {{"x-amz-Checksum", "abc"}};
    const auto response = rest_json_protocol()->encode(named(""), octets);
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body.size(), 2U);
    EXPECT_EQ(response.headers.get("x-amz-checksum"), "abc");
    EXPECT_EQ(response.headers.get("Content-Type"), "application/octet-stream");
}

// ---- json-1.1 ----------------------------------------------------------------------------------

TEST(Json11, ReadsTheOperationFromItsTarget) {
    const auto protocol = json_11_protocol("Logs_20140328");
    const auto [call, failure] = decode(
        *protocol,
        request("POST", "/", {{"X-Amz-Target", "Logs_20140328.GetLogEvents"}}, R"({"limit":1})"));
    EXPECT_FALSE(failure);
    EXPECT_EQ(call.operation, "GetLogEvents");
    EXPECT_EQ(call.input, json::parse(R"({"limit":1})"));
    EXPECT_EQ(protocol->encode(call, success(nullptr)).headers.get("Content-Type"),
              "application/x-amz-json-1.1");
}

TEST(Json11, RefusesOtherTargets) {
    for (const auto* target : {"", "GetLogEvents", "AmazonSSM.GetParameter", ".GetLogEvents"}) {
        const auto failure = decode(*json_11_protocol("Logs_20140328"),
                                    request("POST", "/", {{"X-Amz-Target", target}}, "{}"))
                                 .failure;
        ASSERT_TRUE(failure) << target;
        EXPECT_EQ(failure->code, "UnknownOperationException");
    }
}

// ---- query -------------------------------------------------------------------------------------

TEST(Query, ReadsAForm) {
    const auto [call, failure] =
        decode(*query_protocol(kSts),
               form("Action=AssumeRole&Version=2011-06-15&RoleArn=a%2Bb+c&Tags.member.1.Key=k"));
    EXPECT_FALSE(failure);
    EXPECT_EQ(call.operation, "AssumeRole");
    EXPECT_EQ(call.input,
              json::parse(R"({"RoleArn":"a+b c","Tags":{"member":{"1":{"Key":"k"}}}})"));
}

TEST(Query, ReadsTheQueryStringToo) {
    const auto [call, failure] = decode(
        *query_protocol(kSts),
        request("GET", "/?Action=GetCallerIdentity&X-Amz-Signature=x&Version=2011-06-15", {}, ""));
    EXPECT_FALSE(failure);
    EXPECT_EQ(call.operation, "GetCallerIdentity");
    EXPECT_EQ(call.input, json::object());
}

TEST(Query, RefusesBadForms) {
    for (const auto& [body, code] : std::vector<std::pair<std::string, const char*>>{
             {"", "MissingAction"},
             {"Action=", "MissingAction"},
             {"Version=1", "MissingAction"},
             {"Action=%3Cx%3E", "InvalidAction"},
             {"Action=A&B=1&B.C=2", "MalformedQueryString"}}) {
        const auto failure = decode(*query_protocol(kSts), form(body)).failure;
        ASSERT_TRUE(failure) << body;
        EXPECT_EQ(failure->code, code);
        EXPECT_EQ(failure->status, 400);
    }
}

TEST(Query, WrapsItsResult) {
    const auto protocol = query_protocol(kSts);
    EXPECT_EQ(protocol->encode(named("GetX"), success({{"Arn", "a&b"}})).body,
              std::string(kDeclaration) +
                  "<GetXResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                  "<GetXResult><Arn>a&amp;b</Arn></GetXResult><ResponseMetadata><RequestId>the-id"
                  "</RequestId></ResponseMetadata></GetXResponse>");
    EXPECT_THAT(protocol->encode(named("GetX"), success(json::object())).body,
                HasSubstr("<GetXResult></GetXResult>"));
    EXPECT_THAT(protocol->encode(named("GetX"), success(nullptr)).body,
                testing::Not(HasSubstr("GetXResult")));
}

TEST(Query, EncodesErrors) {
    auto response = query_protocol(kSts)->encode(named("GetX"), kNotFound);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.headers.get("Content-Type"), "text/xml;charset=UTF-8");
    EXPECT_EQ(response.body,
              std::string(kDeclaration) +
                  "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                  "<Type>Sender</Type><Code>NotFound</Code><Message>no &lt;such&gt; thing</Message>"
                  "</Error><RequestId>the-id</RequestId></ErrorResponse>");
    auto internal = kNotFound;
    internal.fault = Fault::receiver;
    EXPECT_THAT(query_protocol(kSts)->encode(named("GetX"), internal).body,
                HasSubstr("<Type>Receiver</Type>"));
}

// ---- ec2 ---------------------------------------------------------------------------------------

TEST(Ec2, PutsMembersAtTheTopLevel) {
    const auto protocol = ec2_protocol(kEc2);
    const auto [call, failure] =
        decode(*protocol, form("Action=DescribeImages&Version=2016-11-15&Owner.1=self"));
    EXPECT_FALSE(failure);
    EXPECT_EQ(call.input, json::parse(R"({"Owner":{"1":"self"}})"));
    const auto output = json::parse(
        R"({"imagesSet":{"item":[{"imageId":"ami-1","isPublic":false},{"imageId":"ami-2"}]}})");
    EXPECT_EQ(protocol->encode(call, success(output)).body,
              std::string(kDeclaration) +
                  "<DescribeImagesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                  "<requestId>the-id</requestId><imagesSet>"
                  "<item><imageId>ami-1</imageId><isPublic>false</isPublic></item>"
                  "<item><imageId>ami-2</imageId></item></imagesSet></DescribeImagesResponse>");
}

TEST(Ec2, EncodesErrors) {
    const auto response = ec2_protocol(kEc2)->encode(named("X"), kNotFound);
    EXPECT_EQ(response.body, std::string(kDeclaration) +
                                 "<Response><Errors><Error><Code>NotFound</Code><Message>no "
                                 "&lt;such&gt; thing</Message></Error></Errors>"
                                 "<RequestID>the-id</RequestID></Response>");
}

}  // namespace
}  // namespace goldsmith::http
