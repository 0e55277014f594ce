// What the gate lets through: users, groups, boundaries, tags, roles that are handed over, and that
// a change takes effect with the next request.
#include <gtest/gtest.h>

#include "service/authorization/identity_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

using AuthorizationTest = IdentityFixture;

json::object component(const std::string& name, json::object tags = {}) {
    json::object input{{"name", name},
                       {"semanticVersion", "1.0.0"},
                       {"platform", "Linux"},
                       {"data",
                        "name: a\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
                        "      - name: Run\n        action: ExecuteBash\n        inputs:\n"
                        "          commands:\n            - 'true'\n"},
                       {"clientToken", name + "-token"}};
    if (!tags.empty()) {
        input["tags"] = std::move(tags);
    }
    return input;
}

json::object infrastructure(const std::string& name) {
    return {{"name", name}, {"instanceProfileName", "builders"}, {"clientToken", name + "-token"}};
}

TEST_F(AuthorizationTest, AUserWithoutPoliciesMayDoNothing) {
    act_as(make_user("alice"));
    EXPECT_EQ(error_of("ListComponents", {}),
              "AccessDeniedException User: arn:aws:iam::123456789012:user/alice is not authorized "
              "to perform: imagebuilder:ListComponents on resource: * because no identity-based "
              "policy allows the imagebuilder:ListComponents action");
    EXPECT_EQ(error_of("DescribeImages", json::object{}, "ec2").substr(0, 75),
              "UnauthorizedOperation You are not authorized to perform this operation. Use");
    EXPECT_EQ(iam_error("ListUsers", {}).substr(0, 13), "AccessDenied ");
    EXPECT_EQ(error_of("DescribeLogGroups", json::object{}, "logs").substr(0, 22),
              "AccessDeniedException ");
    EXPECT_EQ(text("Arn", call("GetCallerIdentity", {}, "sts")),
              "arn:aws:iam::123456789012:user/alice");
}

TEST_F(AuthorizationTest, PoliciesTakeEffectWithTheNextRequest) {
    const auto key = make_user("alice", policy("imagebuilder:List*"));
    act_as(key);
    EXPECT_NO_THROW(call("ListComponents", {}));
    act_as_root();
    put_user_policy("alice", policy("imagebuilder:*", "*", "Deny"));
    act_as(key);
    EXPECT_NE(
        error_of("ListComponents", {}).find("with an explicit deny in an identity-based policy"),
        std::string::npos);
    act_as_root();
    iam("DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "inline"}});
    iam("CreateGroup", {{"GroupName", "readers"}});
    iam("AttachGroupPolicy",
        {{"GroupName", "readers"},
         {"PolicyArn", "arn:aws:iam::aws:policy/AWSImageBuilderReadOnlyAccess"}});
    iam("AddUserToGroup", {{"GroupName", "readers"}, {"UserName", "alice"}});
    act_as(key);
    EXPECT_NO_THROW(call("ListComponents", {}));
    EXPECT_EQ(error_of("CreateComponent", component("app")).substr(0, 22),
              "AccessDeniedException ");
    act_as_root();
    iam("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}, {"Status", "Inactive"}});
    EXPECT_FALSE(act_as(key));
    iam("UpdateAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}, {"Status", "Active"}});
    EXPECT_TRUE(act_as(key));
}

TEST_F(AuthorizationTest, ResourcesAndTagsLimit) {
    const auto key = make_user("alice", R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"imagebuilder:*",
             "Resource":"arn:aws:imagebuilder:us-east-1:123456789012:component/web*"},
            {"Effect":"Allow","Action":"imagebuilder:GetComponent","Resource":"*",
             "Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}},
            {"Effect":"Deny","Action":"imagebuilder:CreateComponent","Resource":"*",
             "Condition":{"Null":{"aws:RequestTag/team":"true"}}}]})");
    const auto theirs = text("componentBuildVersionArn",
                             call("CreateComponent", component("theirs", {{"team", "a"}})));
    const auto secret =
        text("componentBuildVersionArn", call("CreateComponent", component("secret")));
    act_as(key);
    EXPECT_NE(error_of("CreateComponent", component("web-a")).find("explicit deny"),
              std::string::npos);
    EXPECT_NO_THROW(call("CreateComponent", component("web-b", {{"team", "a"}})));
    EXPECT_EQ(error_of("CreateComponent", component("data", {{"team", "a"}})).substr(0, 22),
              "AccessDeniedException ");
    EXPECT_NO_THROW(call("GetComponent", json::object{{"componentBuildVersionArn", theirs}}));
    EXPECT_EQ(
        error_of("GetComponent", json::object{{"componentBuildVersionArn", secret}}).substr(0, 22),
        "AccessDeniedException ");
}

TEST_F(AuthorizationTest, ADenyHoldsHoweverTheResourceIsCalled) {
    call("CreateComponent", component("secret", {{"team", "b"}}));
    const std::string head = "imagebuilder:us-east-1:123456789012:component/secret/";
    const std::string rule[] = {
        R"({"Effect":"Deny","Action":"*","Resource":"arn:aws:)" + head + R"(1.0.0/*"})",
        R"({"Effect":"Deny","Action":"*","Resource":"*",
            "Condition":{"StringEquals":{"aws:ResourceTag/team":"b"}}})"};
    const auto key = make_user("alice");
    for (const auto& deny : rule) {
        act_as_root();
        put_user_policy("alice", R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"imagebuilder:*","Resource":"*"},)" +
                                     deny + "]}");
        act_as(key);
        for (const std::string& arn : std::vector<std::string>{
                 "arn:aws:" + head + "1.0.0/1", "arn:aws:" + head + "1.0.0",
                 "arn:aws:" + head + "x.x.x", "arn:aws:" + head + "1.x.x",
                 "arn:aws-cn:" + head + "1.0.0/1", "arn:aws-cn:" + head + "x.x.x",
                 "arn:aws:" + head + "01.00.0/1", "arn:aws:" + head + "01.0.0"}) {
            EXPECT_NE(error_of("GetComponent", json::object{{"componentBuildVersionArn", arn}})
                          .find("explicit deny"),
                      std::string::npos)
                << arn;
            EXPECT_NE(error_of("CreateImageRecipe",
                               json::object{
                                   {"name", "recipe"},
                                   {"semanticVersion", "1.0.0"},
                                   {"parentImage", "ami-0123456789abcdef0"},
                                   {"components", json::array{json::object{{"componentArn", arn}}}},
                                   {"clientToken", "t"}})
                          .find("explicit deny"),
                      std::string::npos)
                << arn;
        }
        EXPECT_NE(error_of("DeleteComponent", json::object{{"componentBuildVersionArn",
                                                            "arn:aws-cn:" + head + "1.0.0/1"}})
                      .find("explicit deny"),
                  std::string::npos);
        EXPECT_NE(
            error_of("TagResource", json::object{{"resourceArn", "arn:aws-cn:" + head + "01.0.0/1"},
                                                 {"tags", json::object{{"team", "a"}}}})
                .find("explicit deny"),
            std::string::npos);
    }
}

TEST_F(AuthorizationTest, ABoundaryLimitsWhatPoliciesGive) {
    const auto boundary =
        text("Policy.Arn", iam("CreatePolicy", {{"PolicyName", "edge"},
                                                {"PolicyDocument", policy("imagebuilder:List*")}}));
    const auto key = make_user("alice", policy("*"));
    iam("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", boundary}});
    act_as(key);
    EXPECT_NO_THROW(call("ListComponents", {}));
    EXPECT_NE(iam_error("ListUsers", {}).find("because no permissions boundary allows"),
              std::string::npos);
    act_as_root();
    iam("DeleteUserPermissionsBoundary", {{"UserName", "alice"}});
    act_as(key);
    EXPECT_NO_THROW(iam("ListUsers", {}));
}

TEST_F(AuthorizationTest, HandingOverARoleNeedsPassRole) {
    iam("CreateInstanceProfile", {{"InstanceProfileName", "builders"}});
    make_role("builder", trust(own));
    iam("AddRoleToInstanceProfile", {{"InstanceProfileName", "builders"}, {"RoleName", "builder"}});
    const auto key = make_user("alice", policy("imagebuilder:*"));
    act_as(key);
    EXPECT_EQ(
        error_of("CreateInfrastructureConfiguration", infrastructure("small")),
        "AccessDeniedException User: arn:aws:iam::123456789012:user/alice is not authorized "
        "to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/builder because "
        "no identity-based policy allows the iam:PassRole action");
    act_as_root();
    put_user_policy("alice", R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"imagebuilder:*","Resource":"*"},
        {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/builder",
         "Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}]})");
    act_as(key);
    EXPECT_NO_THROW(call("CreateInfrastructureConfiguration", infrastructure("small")));
    auto foreign = json::object{
        {"name", "policy"},
        {"executionRole", "arn:aws:iam::210987654321:role/theirs"},
        {"resourceType", "AMI_IMAGE"},
        {"policyDetails",
         json::array{json::object{{"action", json::object{{"type", "DELETE"}}},
                                  {"filter", json::object{{"type", "COUNT"}, {"value", 1}}}}}},
        {"resourceSelection", json::object{{"tagMap", json::object{{"a", "b"}}}}},
        {"clientToken", "t"}};
    EXPECT_NE(error_of("CreateLifecyclePolicy", foreign).find("iam:PassRole"), std::string::npos);
}

TEST_F(AuthorizationTest, AnIamEntityIsNamedWithItsPath) {
    iam("CreateUser", {{"UserName", "bob"}, {"Path", "/team/"}});
    const auto key =
        make_user("alice", policy("iam:GetUser", "arn:aws:iam::123456789012:user/team/*"));
    act_as(key);
    EXPECT_NO_THROW(iam("GetUser", {{"UserName", "bob"}}));
    EXPECT_NE(iam_error("GetUser", {}).find("on resource: arn:aws:iam::123456789012:user/alice"),
              std::string::npos);
}

TEST_F(AuthorizationTest, TheRootOfAnotherAccountIsAStranger) {
    const auto arn = text("componentBuildVersionArn", call("CreateComponent", component("web")));
    act_as_root(other);
    EXPECT_NE(error_of("GetComponent", json::object{{"componentBuildVersionArn", arn}})
                  .find("because no resource-based policy allows the imagebuilder:GetComponent"),
              std::string::npos);
    EXPECT_NE(
        error_of("CreateImageRecipe",
                 json::object{{"name", "recipe"},
                              {"semanticVersion", "1.0.0"},
                              {"parentImage", "ami-0123456789abcdef0"},
                              {"components", json::array{json::object{{"componentArn", arn}}}},
                              {"clientToken", "t"}})
            .find("imagebuilder:GetComponent"),
        std::string::npos);
}

TEST_F(AuthorizationTest, WhatIsSharedIsUsedByWhomBothSidesAllow) {
    const auto arn = text("componentBuildVersionArn", call("CreateComponent", component("shared")));
    const std::string reference =
        "arn:aws:imagebuilder:us-east-1:123456789012:component/shared/x.x.x";
    call("PutComponentPolicy",
         json::object{{"componentArn", arn},
                      {"policy", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                          "Principal":{"AWS":"210987654321"},
                          "Action":["imagebuilder:GetComponent","imagebuilder:ListComponents"],
                          "Resource":")" +
                                     arn + R"("}]})"}});
    act_as_root(other);
    const auto reader = make_user("reader", policy("imagebuilder:GetComponent"));
    const auto nobody = make_user("nobody");
    for (const auto& name : {arn, reference}) {
        const json::object input{{"componentBuildVersionArn", name}};
        act_as_root(other);
        EXPECT_NO_THROW(call("GetComponent", input)) << name;
        act_as(reader);
        EXPECT_NO_THROW(call("GetComponent", input)) << name;
        EXPECT_NE(error_of("DeleteComponent", json::object{{"componentBuildVersionArn", arn}})
                      .find("AccessDeniedException"),
                  std::string::npos);
        act_as(nobody);
        EXPECT_NE(error_of("GetComponent", input).find("because no identity-based policy"),
                  std::string::npos)
            << name;
    }
    act_as_root(other);
    EXPECT_NE(error_of("DeleteComponent", json::object{{"componentBuildVersionArn", arn}})
                  .find("because no resource-based policy allows"),
              std::string::npos);
}

TEST_F(AuthorizationTest, WhatIsSharedWithARoleIsSharedWithItsSessions) {
    const auto arn = text("componentBuildVersionArn", call("CreateComponent", component("shared")));
    const json::object input{{"componentBuildVersionArn", arn}};
    act_as_root(other);
    const auto user = make_user("dev", policy("sts:AssumeRole"));
    const auto role = text(
        "Role.Arn",
        iam("CreateRole", {{"RoleName", "builder"},
                           {"Path", "/ci/linux/"},
                           {"AssumeRolePolicyDocument", trust("arn:aws:iam::210987654321:root")}}));
    EXPECT_EQ(role, "arn:aws:iam::210987654321:role/ci/linux/builder");
    iam("PutRolePolicy", {{"RoleName", "builder"},
                          {"PolicyName", "inline"},
                          {"PolicyDocument", policy("imagebuilder:GetComponent")}});
    act_as(user);
    const auto session = assume(role);
    const auto share_with = [&](const std::string& principal) {
        act_as_root();
        call("PutComponentPolicy",
             json::object{{"componentArn", arn},
                          {"policy", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                          "Principal":{"AWS":")" +
                                         principal +
                                         R"("},"Action":"imagebuilder:GetComponent",
                          "Resource":")" +
                                         arn + R"("}]})"}});
        act_as(session);
    };
    share_with(role);
    EXPECT_NO_THROW(call("GetComponent", input));
    gate_ = nullptr;  // the handler decides as the gate does
    EXPECT_NO_THROW(call("GetComponent", input));
    share_with("arn:aws:iam::210987654321:role/builder");
    EXPECT_NE(error_of("GetComponent", input).find("ResourceNotFoundException"), std::string::npos);
}

TEST_F(AuthorizationTest, DeniedRequestsChangeNothing) {
    const auto key = make_user("alice", policy("imagebuilder:List*"));
    act_as(key);
    EXPECT_EQ(error_of("CreateComponent", component("app")).substr(0, 22),
              "AccessDeniedException ");
    EXPECT_TRUE(call("ListComponents", {}).at("componentVersionList").as_array().empty());
}

}  // namespace
}  // namespace goldsmith::service
