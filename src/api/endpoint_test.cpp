#include "api/endpoint.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/error.h"
#include "api/generated/ec2/dispatch.h"
#include "api/generated/ec2/machine_images.h"
#include "api/generated/imagebuilder/components.h"
#include "api/generated/imagebuilder/dispatch.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/lifecycle.h"
#include "api/generated/imagebuilder/tables.h"
#include "api/generated/imagebuilder/tags.h"
#include "api/generated/sts/dispatch.h"
#include "api/generated/sts/identity.h"
#include "api/validate.h"

namespace goldsmith::api {
namespace {

namespace json = boost::json;

const std::string component_arn = "arn:aws:imagebuilder:us-east-1:123456789012:component/c/1.0.0/1";

class FakeComponents : public imagebuilder::Components {
public:
    imagebuilder::CreateComponentResponse create_component(
        const CallContext&, const imagebuilder::CreateComponentRequest& request) override {
        created = request;
        return {.component_build_version_arn = component_arn};
    }
    imagebuilder::GetComponentResponse get_component(
        const CallContext& context, const imagebuilder::GetComponentRequest& request) override {
        if (request.component_build_version_arn != component_arn) {
            throw imagebuilder::ResourceNotFoundException("there is none");
        }
        imagebuilder::GetComponentResponse response;
        response.component.emplace().date_created = context.now;
        return response;
    }

    imagebuilder::CreateComponentRequest created;
};

class FakeTags : public imagebuilder::Tags {
public:
    imagebuilder::UntagResourceResponse untag_resource(
        const CallContext&, const imagebuilder::UntagResourceRequest& request) override {
        untagged = request;
        return {};
    }
    imagebuilder::UntagResourceRequest untagged;
};

class FakeLifecycle : public imagebuilder::Lifecycle {
public:
    imagebuilder::GetLifecyclePolicyResponse get_lifecycle_policy(
        const CallContext& context, const imagebuilder::GetLifecyclePolicyRequest&) override {
        imagebuilder::GetLifecyclePolicyResponse response;
        auto& policy = response.lifecycle_policy.emplace();
        policy.date_created = context.now;
        policy.date_updated = context.now + std::chrono::milliseconds(500);
        return response;
    }
};

const base::Time noon = base::parse_iso8601("2023-03-10T12:00:00Z").value();

class EndpointTest : public testing::Test {
protected:
    json::value call(WireRequest request, std::string_view input = "{}") {
        const auto answer = endpoint->call(context, request, json::parse(input));
        const auto* operation = endpoint->find(request);
        const auto& service = imagebuilder::tables::service;
        EXPECT_EQ(check_output(service, *operation, answer), std::vector<std::string>{});
        return answer;
    }

    FakeComponents components;
    FakeTags tags;
    FakeLifecycle lifecycle;
    std::unique_ptr<Endpoint> endpoint = imagebuilder::make_endpoint(
        {.components = &components, .lifecycle = &lifecycle, .tags = &tags});
    CallContext context{.request_id = "rid", .now = noon};
};

constexpr auto new_component = R"({"name": "c", "semanticVersion": "1.0.0", "platform": "Linux",
    "data": "x", "tags": {"a": "1"}, "supportedOsVersions": ["Debian 12"], "dryRun": null,
    "clientToken": "t", "fromTheFuture": {"x": 1}})";

WireRequest rest(const std::string& method, std::vector<std::string> path) {
    return {.method = method, .path = std::move(path)};
}

TEST_F(EndpointTest, CallsTheMethodWithTheTypedRequest) {
    const auto answer = call(rest("PUT", {"CreateComponent"}), R"({"name": "ccc",
        "semanticVersion": "1.0.0", "platform": "Linux", "data": "x", "tags": {"a": "1"},
        "supportedOsVersions": ["Debian 12"], "dryRun": null, "clientToken": "t", "later": {"x": 1}})");
    EXPECT_EQ(components.created.name, "ccc");
    EXPECT_EQ(components.created.platform, imagebuilder::Platform::linux_);
    EXPECT_EQ(components.created.tags->at("a"), "1");
    EXPECT_FALSE(components.created.dry_run);
    EXPECT_EQ(answer, (json::value{{"componentBuildVersionArn", component_arn},
                                   {"requestId", "rid"},
                                   {"clientToken", "t"}}));
}

TEST_F(EndpointTest, TakesTheQueryAndPathOfARestRequest) {
    auto get = rest("GET", {"GetComponent"});
    get.query = {{"componentBuildVersionArn", component_arn}};
    EXPECT_EQ(call(get).at("component").at("dateCreated"), "2023-03-10T12:00:00.000Z");
    auto untag = rest("DELETE", {"tags", component_arn});
    untag.query = {{"tagKeys", "a"}, {"tagKeys", "b"}};
    EXPECT_EQ(call(untag), json::object());
    EXPECT_EQ(tags.untagged.resource_arn, component_arn);
    EXPECT_EQ(tags.untagged.tag_keys, (std::vector<std::string>{"a", "b"}));
}

TEST_F(EndpointTest, WritesEpochSecondsWhereTheModelSaysSo) {
    auto get = rest("GET", {"GetLifecyclePolicy"});
    get.query = {
        {"lifecyclePolicyArn", "arn:aws:imagebuilder:us-east-1:123456789012:lifecycle-policy/p"}};
    const auto policy = call(get).at("lifecyclePolicy");
    EXPECT_EQ(policy.at("dateCreated"), 1678449600);
    EXPECT_EQ(policy.at("dateUpdated"), 1678449600.5);
}

TEST_F(EndpointTest, FindsOperationsByMethodAndPath) {
    EXPECT_STREQ(endpoint->find(rest("POST", {"tags", "arn"}))->name, "TagResource");
    EXPECT_STREQ(endpoint->find(rest("GET", {"tags", "arn"}))->name, "ListTagsForResource");
    EXPECT_EQ(endpoint->find(rest("POST", {"CreateComponent"})), nullptr);
    EXPECT_EQ(endpoint->find(rest("GET", {"tags"})), nullptr);
    EXPECT_EQ(endpoint->find(rest("GET", {"tags", "a", "b"})), nullptr);
    EXPECT_EQ(endpoint->find(rest("GET", {})), nullptr);
}

struct Refusal {
    const char* input;
    const char* message;
};

TEST_F(EndpointTest, RefusalsNameTheMember) {
    const std::vector<Refusal> refusals{
        {"[]", "The value supplied for parameter '' is not valid. '' must be an object"},
        {"{}", "The value supplied for parameter 'name' is not valid. 'name' is required"},
        {new_component,
         "The value supplied for parameter 'name' is not valid. 'name' must match pattern "
         "^[-_A-Za-z-0-9][-_A-Za-z0-9 ]{1,126}[-_A-Za-z-0-9]$"},
        {R"({"supportedOsVersions": [1]})",
         "The value supplied for parameter 'supportedOsVersions[0]' is not valid. "
         "'supportedOsVersions[0]' must be a string"},
    };
    for (const auto& refusal : refusals) {
        try {
            call(rest("PUT", {"CreateComponent"}), refusal.input);
            ADD_FAILURE() << refusal.input;
        } catch (const ApiError& error) {
            EXPECT_STREQ(error.what(), refusal.message);
            EXPECT_EQ(error.code(), "InvalidParameterValueException");
        }
    }
}

TEST_F(EndpointTest, PassesTheErrorsOfTheMethodOn) {
    auto get = rest("GET", {"GetComponent"});
    get.query = {{"componentBuildVersionArn",
                  "arn:aws:imagebuilder:us-east-1:123456789012:component/none/1.0.0/1"}};
    EXPECT_THROW(call(get), imagebuilder::ResourceNotFoundException);
}

TEST_F(EndpointTest, SaysWhatIsNotThere) {
    try {
        endpoint->call(context, rest("PUT", {"NoSuch"}), json::object());
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_EQ(error.http_status(), 404);
        EXPECT_EQ(error.code(), "UnknownOperationException");
    }
    try {
        call(rest("POST", {"ListImages"}));  // a family without implementation
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_STREQ(error.what(), "ListImages is not implemented yet");
        EXPECT_EQ(error.http_status(), 503);
    }
}

class FakeImages : public ec2::MachineImages {
public:
    ec2::DescribeImagesResponse describe_images(
        const CallContext&, const ec2::DescribeImagesRequest& request) override {
        asked = request;
        ec2::Image image{.image_id = "ami-1", .public_ = false};
        image.tags = {{{.key = "Name", .value = "web"}}};
        return {.images = {{image}}};
    }
    ec2::DescribeImagesRequest asked;
};

TEST(Ec2Endpoint, ReadsFormsAndWritesItems) {
    FakeImages images;
    const auto endpoint = ec2::make_endpoint({.machine_images = &images});
    const auto form =
        json::parse(R"({"Version": "2016-11-15", "ImageId": {"2": "ami-b", "10": "ami-c",
        "1": "ami-a"}, "Filter": {"1": {"Name": "state", "Value": {"1": "available"}}},
        "IncludeDeprecated": "true", "MaxResults": "5"})");
    const auto answer = endpoint->call({}, {.operation = "DescribeImages"}, form);
    EXPECT_EQ(images.asked.image_ids, (std::vector<std::string>{"ami-a", "ami-b", "ami-c"}));
    EXPECT_EQ(images.asked.filters->at(0).name, "state");
    EXPECT_EQ(images.asked.include_deprecated, true);
    EXPECT_EQ(images.asked.max_results, 5);
    EXPECT_EQ(answer, json::parse(R"({"imagesSet": {"item": [{"imageId": "ami-1", "isPublic": false,
        "tagSet": {"item": [{"key": "Name", "value": "web"}]}}]}})"));
}

TEST(Ec2Endpoint, RefusesLikeEc2) {
    FakeImages images;
    const auto endpoint = ec2::make_endpoint({.machine_images = &images});
    const auto message = [&](const char* operation, std::string_view form) -> std::string {
        try {
            endpoint->call({}, {.operation = operation}, json::parse(form));
        } catch (const ApiError& error) {
            return error.code() + ": " + error.what();
        }
        return "";
    };
    EXPECT_EQ(message("DeregisterImage", "{}"),
              "MissingParameter: The request must contain the parameter ImageId");
    EXPECT_EQ(
        message("DescribeImages", R"({"MaxResults": "many"})"),
        "InvalidParameterValue: Value (many) for parameter MaxResults is invalid. 'MaxResults' "
        "must be an integer");
    EXPECT_EQ(
        message("DescribeImages", R"({"ImageId": "ami-1"})"),
        "InvalidParameterValue: Value (ami-1) for parameter ImageId is invalid. 'ImageId' must be "
        "a list");
    EXPECT_EQ(message("RunScheduledInstances", "{}"),
              "InvalidAction: The action RunScheduledInstances is not valid for ec2, or not served "
              "here.");
}

class FakeIdentity : public sts::Identity {
public:
    sts::GetCallerIdentityResponse get_caller_identity(
        const CallContext& context, const sts::GetCallerIdentityRequest&) override {
        return {.user_id = context.access_key,
                .account = context.account,
                .arn = context.principal_arn};
    }
};

TEST(StsEndpoint, KnowsTheCaller) {
    FakeIdentity identity;
    const auto endpoint = sts::make_endpoint({&identity});
    const CallContext context{
        .account = "123456789012", .principal_arn = "arn", .access_key = "AKIA"};
    const auto form = json::parse(R"({"Version": "2011-06-15"})");
    EXPECT_EQ(endpoint->call(context, {.operation = "GetCallerIdentity"}, form),
              json::parse(R"({"UserId": "AKIA", "Account": "123456789012", "Arn": "arn"})"));
}

TEST(CheckOutput, FindsWhatDoesNotFit) {
    const auto& service = imagebuilder::tables::service;
    const auto& operation = *find_operation(service, "GetComponent");
    const auto problems = [&](std::string_view text) {
        return check_output(service, operation, json::parse(text));
    };
    EXPECT_TRUE(problems(R"({"requestId": "r", "component": {"type": "BUILD"}})").empty());
    EXPECT_EQ(problems(R"({"component": {"type": "NONE"}})"),
              std::vector<std::string>{
                  "GetComponent answers 'component.type' must be one of BUILD, TEST"});
    EXPECT_FALSE(problems(R"({"componet": {}})").empty());
    EXPECT_FALSE(problems(R"({"component": {"dateCreated": 12}})").empty());
    EXPECT_FALSE(problems(R"({"component": {"encrypted": "yes"}})").empty());
}

}  // namespace
}  // namespace goldsmith::api
