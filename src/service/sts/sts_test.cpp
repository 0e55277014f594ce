// Temporary credentials: who may have them, what they may do, and when they end.
#include <gtest/gtest.h>

#include "service/authorization/identity_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class SessionsTest : public IdentityFixture {
protected:
    std::string sts_error(std::string_view operation, json::object input) {
        return error_of(operation, std::move(input), "sts");
    }
    std::string assume_error(const std::string& role, json::object more = {}) {
        more["RoleArn"] = role;
        more["RoleSessionName"] = "ci";
        return sts_error("AssumeRole", std::move(more));
    }

    const std::string alice_ = make_user("alice", policy("sts:*"));
    const std::string alice_arn_ = "arn:aws:iam::123456789012:user/alice";
};

TEST_F(SessionsTest, AssumeRoleGivesTheRolesPermissionsAndNoMore) {
    const auto role = make_role("builder", trust(alice_arn_), policy("imagebuilder:List*"));
    act_as(alice_);
    const auto answer =
        call("AssumeRole", json::object{{"RoleArn", role}, {"RoleSessionName", "ci"}}, "sts");
    EXPECT_EQ(text("AssumedRoleUser.Arn", answer),
              "arn:aws:sts::123456789012:assumed-role/builder/ci");
    EXPECT_EQ(text("Credentials.Expiration", answer), "2026-11-23T11:00:00.000Z");
    ASSERT_TRUE(act_as(text("Credentials.AccessKeyId", answer)));
    EXPECT_EQ(text("Arn", call("GetCallerIdentity", {}, "sts")),
              "arn:aws:sts::123456789012:assumed-role/builder/ci");
    EXPECT_TRUE(text("UserId", call("GetCallerIdentity", {}, "sts")).ends_with(":ci"));
    EXPECT_NO_THROW(call("ListComponents", {}));
    EXPECT_NE(iam_error("ListUsers", {}).find("AccessDenied User: arn:aws:sts::"),
              std::string::npos);
}

TEST_F(SessionsTest, TheTrustPolicyDecides) {
    const auto nobody = make_role("a", trust("arn:aws:iam::123456789012:user/bob"));
    const auto account = make_role("b", trust(own));
    act_as_root();
    EXPECT_NE(assume_error(account).find("Roles may not be assumed by root accounts"),
              std::string::npos);
    const auto bob = make_user("bob");
    act_as(alice_);
    EXPECT_EQ(
        assume_error(nobody),
        "AccessDenied User: arn:aws:iam::123456789012:user/alice is not authorized to "
        "perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/a because no role "
        "trust policy allows the sts:AssumeRole action");
    EXPECT_EQ(assume_error("arn:aws:iam::123456789012:role/nothing"),
              "AccessDenied User: arn:aws:iam::123456789012:user/alice is not authorized to "
              "perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/nothing because "
              "no role trust policy allows the sts:AssumeRole action");
    EXPECT_FALSE(assume(account).empty());
    act_as(bob);
    EXPECT_FALSE(assume(nobody).empty());  // named by his ARN: needs no policy of his own
    EXPECT_NE(assume_error(account).find("because no identity-based policy"), std::string::npos);
}

TEST_F(SessionsTest, AcrossAccountsBothSidesMustAllowAndTheExternalIdMustFit) {
    act_as_root(other);
    const auto role =
        make_role("partner", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole",
            "Condition":{"StringEquals":{"sts:ExternalId":"s3cret"}}}]})",
                  policy("imagebuilder:*"));
    act_as(alice_);
    EXPECT_NE(assume_error(role).find("role trust policy"), std::string::npos);
    EXPECT_NE(assume_error(role, {{"ExternalId", "guess"}}).find("role trust policy"),
              std::string::npos);
    act_as(assume(role, {{"ExternalId", "s3cret"}}));
    EXPECT_EQ(context_.account, other);
    create_component("theirs");
    act_as_root(own);
    EXPECT_TRUE(call("ListComponents", {}).at("componentVersionList").as_array().empty());
}

TEST_F(SessionsTest, SessionPoliciesAndTagsLimitTheSession) {
    const auto role = make_role("builder", trust(alice_arn_),
                                R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"imagebuilder:*","Resource":"*"},
            {"Effect":"Deny","Action":"imagebuilder:ListImages","Resource":"*",
             "Condition":{"StringEquals":{"aws:PrincipalTag/team":"b"}}}]})");
    act_as(alice_);
    const auto limited = assume(role, {{"Policy", policy("imagebuilder:ListComponents")}});
    const auto tagged = assume(
        role,
        {{"Tags", json::object{{"member", json::object{{"1", json::object{{"Key", "team"},
                                                                          {"Value", "b"}}}}}}}});
    act_as(limited);
    EXPECT_NO_THROW(call("ListComponents", {}));
    EXPECT_NE(error_of("ListImages", {}).find("because no session policy allows"),
              std::string::npos);
    act_as(tagged);
    EXPECT_NO_THROW(call("ListComponents", {}));
    EXPECT_NE(error_of("ListImages", {}).find("explicit deny"), std::string::npos);
}

TEST_F(SessionsTest, RolesChainForAnHourAtMost) {
    const auto first = make_role("first", trust(alice_arn_), policy("sts:AssumeRole"));
    const auto second = make_role("second", trust(first), policy("imagebuilder:*"));
    iam("UpdateRole", {{"RoleName", "second"}, {"MaxSessionDuration", "43200"}});
    act_as(alice_);
    EXPECT_NE(assume_error(first, {{"DurationSeconds", "7200"}}).find("MaxSessionDuration"),
              std::string::npos);
    act_as(assume(first));
    EXPECT_NE(assume_error(second, {{"DurationSeconds", "7200"}}).find("role chaining"),
              std::string::npos);
    act_as(assume(second));
    EXPECT_NO_THROW(call("ListComponents", {}));
}

TEST_F(SessionsTest, SessionTokensAreTheCallersOwnPermissions) {
    act_as(alice_);
    const auto answer = call("GetSessionToken", {}, "sts");
    const auto key = text("Credentials.AccessKeyId", answer);
    const auto identity = identities_.find(key);
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->session_token, text("Credentials.SessionToken", answer));
    EXPECT_EQ(identity->expires_ms, 1795471200000);
    act_as(key);
    EXPECT_EQ(text("Arn", call("GetCallerIdentity", {}, "sts")), alice_arn_);
    EXPECT_NE(error_of("ListComponents", {}).find("AccessDenied"), std::string::npos);
    EXPECT_NE(sts_error("GetSessionToken", {}).find("session credentials"), std::string::npos);
}

TEST_F(SessionsTest, ASessionEndsWithItsRole) {
    const auto role = make_role("builder", trust(alice_arn_));
    act_as(alice_);
    const auto key = assume(role);
    EXPECT_TRUE(act_as(key));
    act_as_root();
    iam("DeleteRole", {{"RoleName", "builder"}});
    EXPECT_FALSE(act_as(key));
}

TEST_F(SessionsTest, BadRequestsAreNamed) {
    const auto role = make_role("builder", trust(alice_arn_));
    act_as(alice_);
    EXPECT_NE(assume_error(role, {{"Policy", "{}"}}).find("MalformedPolicyDocument Statement"),
              std::string::npos);
    EXPECT_NE(assume_error(role, {{"DurationSeconds", "1"}}).find("ValidationError"),
              std::string::npos);
    EXPECT_NE(assume_error("arn:aws:iam::123456789012:user/alice").find("AccessDenied"),
              std::string::npos);
}

}  // namespace
}  // namespace goldsmith::service
