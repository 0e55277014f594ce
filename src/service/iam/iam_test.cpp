// IAM's entities: their life, their errors, their pages.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "service/authorization/identity_fixture.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

class IamTest : public IdentityFixture {
protected:
    static json::object list(std::initializer_list<json::value> items) {
        json::object numbered;
        for (const auto& item : items) {
            numbered[std::to_string(numbered.size() + 1)] = item;
        }
        return {{"member", std::move(numbered)}};
    }
    const std::string read_ = policy("imagebuilder:Get*");
};

TEST_F(IamTest, TheTutorialsRoleAndInstanceProfile) {
    const auto role =
        iam("CreateRole", {{"RoleName", "Builder"},
                           {"AssumeRolePolicyDocument", trust(own)},
                           {"Tags", list({json::object{{"Key", "k"}, {"Value", "v"}}})}});
    EXPECT_EQ(text("Role.Arn", role), "arn:aws:iam::123456789012:role/Builder");
    EXPECT_EQ(text("Role.RoleId", role).substr(0, 4), "AROA");
    EXPECT_EQ(text("Role.RoleId", role).size(), 21U);
    EXPECT_EQ(base::percent_decode(text("Role.AssumeRolePolicyDocument", role)), trust(own));
    EXPECT_EQ(text("Role.Tags.member.0.Key", role), "k");
    for (const char* name : {"EC2InstanceProfileForImageBuilder", "AmazonSSMManagedInstanceCore",
                             "SomethingThatWeDoNotKnow"}) {
        iam("AttachRolePolicy", {{"RoleName", "Builder"},
                                 {"PolicyArn", std::string("arn:aws:iam::aws:policy/") + name}});
    }
    EXPECT_EQ(iam("ListAttachedRolePolicies", {{"RoleName", "builder"}})
                  .at("AttachedPolicies")
                  .at("member")
                  .as_array()
                  .size(),
              3U);
    const auto profile = iam("CreateInstanceProfile", {{"InstanceProfileName", "builders"}});
    EXPECT_EQ(text("InstanceProfile.InstanceProfileId", profile).substr(0, 4), "AIPA");
    iam("AddRoleToInstanceProfile", {{"InstanceProfileName", "builders"}, {"RoleName", "Builder"}});
    EXPECT_EQ(iam_error("AddRoleToInstanceProfile",
                        {{"InstanceProfileName", "builders"}, {"RoleName", "Builder"}}),
              "LimitExceeded Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    EXPECT_EQ(text("InstanceProfile.Roles.member.0.RoleName",
                   iam("GetInstanceProfile", {{"InstanceProfileName", "builders"}})),
              "Builder");
    EXPECT_EQ(
        iam_error("DeleteRole", {{"RoleName", "Builder"}}),
        "DeleteConflict Cannot delete entity, must remove roles from instance profile first.");
    EXPECT_EQ(
        iam_error("DeleteInstanceProfile", {{"InstanceProfileName", "builders"}}),
        "DeleteConflict Cannot delete entity, must remove roles from instance profile first.");
    iam("RemoveRoleFromInstanceProfile",
        {{"InstanceProfileName", "builders"}, {"RoleName", "Builder"}});
    EXPECT_EQ(iam_error("DeleteRole", {{"RoleName", "Builder"}}),
              "DeleteConflict Cannot delete entity, must detach all policies first.");
}

TEST_F(IamTest, UsersLiveAndEnd) {
    const auto key = make_user("alice", read_);
    EXPECT_EQ(iam_error("CreateUser", {{"UserName", "ALICE"}}),
              "EntityAlreadyExists User with name ALICE already exists.");
    EXPECT_EQ(iam_error("GetUser", {{"UserName", "nobody"}}),
              "NoSuchEntity The user with name nobody cannot be found.");
    EXPECT_EQ(iam_error("DeleteUser", {{"UserName", "alice"}}),
              "DeleteConflict Cannot delete entity, must delete access keys first.");
    iam("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "alicia"}, {"NewPath", "/team/"}});
    act_as(key);
    EXPECT_EQ(text("Arn", call("GetCallerIdentity", {}, "sts")),
              "arn:aws:iam::123456789012:user/team/alicia");
    act_as_root();
    iam("DeleteAccessKey", {{"UserName", "alicia"}, {"AccessKeyId", key}});
    EXPECT_EQ(iam_error("DeleteUser", {{"UserName", "alicia"}}),
              "DeleteConflict Cannot delete entity, must delete policies first.");
    iam("DeleteUserPolicy", {{"UserName", "alicia"}, {"PolicyName", "inline"}});
    iam("DeleteUser", {{"UserName", "alicia"}});
    EXPECT_EQ(iam_error("ListAccessKeys", {{"UserName", "alicia"}}).substr(0, 12), "NoSuchEntity");
}

TEST_F(IamTest, KeysRotate) {
    const auto first = make_user("alice", policy("iam:*"));
    const auto second =
        text("AccessKey.AccessKeyId", iam("CreateAccessKey", {{"UserName", "alice"}}));
    EXPECT_EQ(iam_error("CreateAccessKey", {{"UserName", "alice"}}),
              "LimitExceeded Cannot exceed quota for AccessKeysPerUser: 2");
    act_as(second);
    EXPECT_EQ(text("UserName", iam("GetAccessKeyLastUsed", {{"AccessKeyId", second}})), "alice");
    EXPECT_EQ(text("AccessKeyLastUsed.ServiceName",
                   iam("GetAccessKeyLastUsed", {{"AccessKeyId", second}})),
              "iam");
    EXPECT_EQ(text("AccessKeyLastUsed.ServiceName",
                   iam("GetAccessKeyLastUsed", {{"AccessKeyId", first}})),
              "N/A");
    iam("DeleteAccessKey", {{"AccessKeyId", first}});  // the caller's own
    EXPECT_FALSE(act_as(first));
    EXPECT_EQ(iam("ListAccessKeys", {}).at("AccessKeyMetadata").at("member").as_array().size(), 1U);
}

TEST_F(IamTest, TheRootKeyCanBeRotatedButNotTheLastWayInTaken) {
    const std::string first = context_.access_key;
    EXPECT_EQ(iam_error("DeleteAccessKey", {{"AccessKeyId", first}}).substr(0, 14),
              "DeleteConflict");
    EXPECT_EQ(iam_error("UpdateAccessKey", {{"AccessKeyId", first}, {"Status", "Inactive"}})
                  .substr(0, 14),
              "DeleteConflict");
    const auto created = iam("CreateAccessKey", {});
    EXPECT_EQ(text("AccessKey.UserName", created), "");
    const auto second = text("AccessKey.AccessKeyId", created);
    act_as(second);
    iam("DeleteAccessKey", {{"AccessKeyId", first}});
    EXPECT_FALSE(act_as(first));
    act_as(second);
    make_user("admin", policy("*"));
    iam("UpdateAccessKey", {{"AccessKeyId", second}, {"Status", "Inactive"}});
    EXPECT_FALSE(act_as(second));
}

TEST_F(IamTest, PoliciesHaveVersions) {
    const auto arn =
        text("Policy.Arn", iam("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", read_}}));
    EXPECT_EQ(arn, "arn:aws:iam::123456789012:policy/p");
    EXPECT_EQ(iam_error("CreatePolicy", {{"PolicyName", "P"}, {"PolicyDocument", read_}}),
              "EntityAlreadyExists A policy called P already exists. Duplicate names are not "
              "allowed.");
    for (int i = 2; i <= 5; ++i) {
        EXPECT_EQ(text("PolicyVersion.VersionId",
                       iam("CreatePolicyVersion", {{"PolicyArn", arn},
                                                   {"PolicyDocument", policy("a:*")},
                                                   {"SetAsDefault", i == 3 ? "true" : "false"}})),
                  "v" + std::to_string(i));
    }
    EXPECT_EQ(iam_error("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", read_}})
                  .substr(0, 13),
              "LimitExceeded");
    EXPECT_EQ(text("Policy.DefaultVersionId", iam("GetPolicy", {{"PolicyArn", arn}})), "v3");
    EXPECT_EQ(base::percent_decode(
                  text("PolicyVersion.Document",
                       iam("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}))),
              read_);
    EXPECT_EQ(iam_error("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v3"}}),
              "DeleteConflict Cannot delete the default version of a policy.");
    EXPECT_EQ(iam_error("DeletePolicy", {{"PolicyArn", arn}}).substr(0, 14), "DeleteConflict");
    for (const char* version : {"v1", "v2", "v4", "v5"}) {
        iam("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", version}});
    }
    make_user("alice");
    iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}});
    EXPECT_EQ(iam_error("DeletePolicy", {{"PolicyArn", arn}}),
              "DeleteConflict Cannot delete a policy attached to entities.");
    EXPECT_EQ(
        text("PolicyUsers.member.0.UserName", iam("ListEntitiesForPolicy", {{"PolicyArn", arn}})),
        "alice");
    iam("DetachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}});
    iam("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", arn}});
    EXPECT_EQ(text("Policy.PermissionsBoundaryUsageCount", iam("GetPolicy", {{"PolicyArn", arn}})),
              "1");
    EXPECT_EQ(iam_error("DeletePolicy", {{"PolicyArn", arn}}).substr(0, 14), "DeleteConflict");
    iam("DeleteUserPermissionsBoundary", {{"UserName", "alice"}});
    iam("DeletePolicy", {{"PolicyArn", arn}});
    EXPECT_EQ(iam_error("GetPolicy", {{"PolicyArn", arn}}),
              "NoSuchEntity Policy " + arn + " was not found.");
    EXPECT_EQ(iam_error("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", arn}}),
              "NoSuchEntity Policy " + arn + " does not exist or is not attachable.");
}

TEST_F(IamTest, PoliciesOfAwsCanBeReadAndNotChanged) {
    const json::object administrator{{"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}};
    EXPECT_EQ(text("Policy.PolicyName", iam("GetPolicy", administrator)), "AdministratorAccess");
    EXPECT_EQ(iam_error("DeletePolicy", administrator).substr(0, 12), "AccessDenied");
    for (const char* name : {"", "<x>&", "service-role/", "a b"}) {
        const json::object impossible{
            {"PolicyArn", std::string("arn:aws:iam::aws:policy/") + name}};
        EXPECT_EQ(iam_error("GetPolicy", impossible).substr(0, 12), "NoSuchEntity") << name;
    }
    auto version = administrator;
    version["VersionId"] = "v1";
    EXPECT_NE(text("PolicyVersion.Document", iam("GetPolicyVersion", version)), "");
    EXPECT_GT(iam("ListPolicies", {{"Scope", "AWS"}}).at("Policies").at("member").as_array().size(),
              10U);
    EXPECT_TRUE(
        iam("ListPolicies", {{"Scope", "Local"}}).at("Policies").at("member").as_array().empty());
}

TEST_F(IamTest, BadPoliciesAreNamedByTheirPlace) {
    make_user("alice");
    EXPECT_EQ(
        iam_error("PutUserPolicy", {{"UserName", "alice"},
                                    {"PolicyName", "p"},
                                    {"PolicyDocument", R"({"Statement":[{"Effect":"No"}]})"}}),
        "MalformedPolicyDocument Statement[0].Effect: must be \"Allow\" or \"Deny\"");
    EXPECT_EQ(
        iam_error("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", read_}}),
        "MalformedPolicyDocument Statement[0].Resource: a trust policy speaks of its role: it "
        "names no resource");
    EXPECT_EQ(
        iam_error("PutUserPolicy", {{"UserName", "alice"},
                                    {"PolicyName", "p"},
                                    {"PolicyDocument", policy("a:" + std::string(3000, 'b'))}})
            .substr(0, 13),
        "LimitExceeded");
}

TEST_F(IamTest, PagesHoldEachEntityOnce) {
    for (int i = 0; i < 25; ++i) {
        iam("CreateUser",
            {{"UserName", "u" + std::to_string(i)}, {"Path", i % 5 == 0 ? "/five/" : "/"}});
    }
    json::object request{{"MaxItems", "10"}};
    std::set<std::string> names;
    int pages = 0;
    for (;;) {
        const auto answer = iam("ListUsers", request);
        ++pages;
        for (const auto& user : answer.at("Users").at("member").as_array()) {
            EXPECT_TRUE(names.insert(text("UserName", user)).second);
        }
        if (text("IsTruncated", answer) == "false") {
            break;
        }
        request["Marker"] = text("Marker", answer);
        iam("DeleteUser",
            {{"UserName", *std::next(names.begin(), 2 * pages - 1)}});  // what was seen may go
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(names.size(), 25U);
    EXPECT_EQ(
        iam("ListUsers", {{"PathPrefix", "/five/"}}).at("Users").at("member").as_array().size(),
        5U);
    EXPECT_EQ(iam_error("ListUsers", {{"Marker", "bm9uc2Vuc2U="}}).substr(0, 15),
              "ValidationError");
}

TEST_F(IamTest, ServiceLinkedRolesBelongToTheirService) {
    const auto role =
        iam("CreateServiceLinkedRole", {{"AWSServiceName", "imagebuilder.amazonaws.com"}});
    EXPECT_EQ(text("Role.Arn", role),
              "arn:aws:iam::123456789012:role/aws-service-role/imagebuilder.amazonaws.com/"
              "AWSServiceRoleForImageBuilder");
    EXPECT_EQ(
        iam_error("CreateServiceLinkedRole", {{"AWSServiceName", "imagebuilder.amazonaws.com"}})
            .substr(0, 12),
        "InvalidInput");
    EXPECT_EQ(
        iam_error("DeleteRole", {{"RoleName", "AWSServiceRoleForImageBuilder"}}).substr(0, 18),
        "UnmodifiableEntity");
}

TEST_F(IamTest, SimulationsSayWhatWouldBeDecided) {
    const auto custom = iam("SimulateCustomPolicy",
                            {{"PolicyInputList", list({json::value(read_)})},
                             {"ActionNames", list({"imagebuilder:GetImage", "iam:GetUser"})}});
    EXPECT_EQ(text("EvaluationResults.member.0.EvalDecision", custom), "allowed");
    EXPECT_EQ(text("EvaluationResults.member.0.MatchedStatements.member.0.SourcePolicyId", custom),
              "PolicyInputList.1");
    EXPECT_EQ(text("EvaluationResults.member.1.EvalDecision", custom), "implicitDeny");
    make_user("alice", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Action":"imagebuilder:*","Resource":"*",
        "Condition":{"StringEquals":{"aws:username":"alice","aws:SourceIp":"10.0.0.1"}}}]})");
    json::object ask{{"PolicySourceArn", "arn:aws:iam::123456789012:user/alice"},
                     {"ActionNames", list({"imagebuilder:GetImage"})}};
    EXPECT_EQ(text("EvaluationResults.member.0.EvalDecision", iam("SimulatePrincipalPolicy", ask)),
              "implicitDeny");
    ask["ContextEntries"] = list({json::object{{"ContextKeyName", "aws:SourceIp"},
                                               {"ContextKeyType", "ip"},
                                               {"ContextKeyValues", list({"10.0.0.1"})}}});
    EXPECT_EQ(text("EvaluationResults.member.0.EvalDecision", iam("SimulatePrincipalPolicy", ask)),
              "allowed");
    ask["PolicySourceArn"] = "arn:aws:iam::210987654321:user/bob";
    EXPECT_EQ(iam_error("SimulatePrincipalPolicy", ask).substr(0, 9), "AccessDen");
}

TEST_F(IamTest, TheWholeAccountIsShownPageByPage) {
    make_user("alice", read_);
    iam("AttachUserPolicy",
        {{"UserName", "alice"}, {"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
    iam("CreateGroup", {{"GroupName", "readers"}});
    iam("AddUserToGroup", {{"GroupName", "readers"}, {"UserName", "alice"}});
    make_role("builder", trust(own), read_);
    iam("CreatePolicy", {{"PolicyName", "mine"}, {"PolicyDocument", read_}});
    const auto all = iam("GetAccountAuthorizationDetails", {});
    EXPECT_EQ(text("UserDetailList.member.0.GroupList.member.0", all), "readers");
    EXPECT_EQ(text("UserDetailList.member.0.AttachedManagedPolicies.member.0.PolicyName", all),
              "ReadOnlyAccess");
    EXPECT_EQ(base::percent_decode(
                  text("UserDetailList.member.0.UserPolicyList.member.0.PolicyDocument", all)),
              read_);
    EXPECT_EQ(text("RoleDetailList.member.0.RoleName", all), "builder");
    EXPECT_EQ(text("Policies.member.0.PolicyVersionList.member.0.VersionId", all), "v1");
    std::string seen;
    json::object request{{"MaxItems", "1"}};
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = iam("GetAccountAuthorizationDetails", request);
        seen += text("UserDetailList.member.0.UserName", page) +
                text("GroupDetailList.member.0.GroupName", page) +
                text("RoleDetailList.member.0.RoleName", page) +
                text("Policies.member.0.PolicyName", page) + " ";
        if (text("IsTruncated", page) == "false") {
            break;
        }
        request["Marker"] = text("Marker", page);
    }
    EXPECT_EQ(seen, "alice readers builder mine ");
    request = {{"Filter", list({"Role"})}};
    EXPECT_TRUE(iam("GetAccountAuthorizationDetails", request)
                    .at("UserDetailList")
                    .at("member")
                    .as_array()
                    .empty());
}

TEST_F(IamTest, AccountsDoNotSeeEachOther) {
    make_user("alice", read_);
    make_role("builder", trust(own));
    const auto arn =
        text("Policy.Arn", iam("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", read_}}));
    act_as_root(other);
    for (const auto& [operation, member] :
         {std::pair{"ListUsers", "Users"}, std::pair{"ListRoles", "Roles"},
          std::pair{"ListGroups", "Groups"},
          std::pair{"ListInstanceProfiles", "InstanceProfiles"}}) {
        EXPECT_TRUE(iam(operation, {}).at(member).at("member").as_array().empty()) << operation;
    }
    EXPECT_EQ(iam_error("GetUser", {{"UserName", "alice"}}).substr(0, 12), "NoSuchEntity");
    EXPECT_EQ(iam_error("GetPolicy", {{"PolicyArn", arn}}).substr(0, 12), "AccessDenied");
    EXPECT_EQ(text("SummaryMap.entry.0.key", iam("GetAccountSummary", {})),
              "AccessKeysPerUserQuota");
    EXPECT_NO_THROW(make_user("alice"));  // names are an account's own
}

}  // namespace
}  // namespace goldsmith::service
