#include "service/authorization/identity_fixture.h"

#include "db/database.h"
#include "state/credentials.h"

namespace goldsmith::service {

namespace json = boost::json;

IdentityFixture::IdentityFixture() {
    database_->write([](db::Transaction& transaction) {
        for (const std::string account : {own, other}) {
            state::insert_account(transaction, account, "test", 1);
            state::insert_access_key(transaction,
                                     {.access_key_id = "AKIAROOT" + account,
                                      .secret_access_key = "secret",
                                      .account = account,
                                      .principal_arn = "arn:aws:iam::" + account + ":root",
                                      .user_id = account,
                                      .created_ms = 1});
        }
    });
    gate_ = &real_gate_;
    act_as_root();
}

bool IdentityFixture::act_as(const std::string& access_key_id) {
    const auto identity = identities_.find(access_key_id);
    if (!identity) {
        return false;
    }
    context_.account = identity->caller.account;
    context_.principal_arn = identity->caller.arn;
    context_.access_key = access_key_id;
    return true;
}

std::string IdentityFixture::make_user(const std::string& name, const std::string& policy) {
    iam("CreateUser", {{"UserName", name}});
    if (!policy.empty()) {
        put_user_policy(name, policy);
    }
    return text("AccessKey.AccessKeyId", iam("CreateAccessKey", {{"UserName", name}}));
}

void IdentityFixture::put_user_policy(const std::string& name, const std::string& policy) {
    iam("PutUserPolicy",
        {{"UserName", name}, {"PolicyName", "inline"}, {"PolicyDocument", policy}});
}

std::string IdentityFixture::make_role(const std::string& name, const std::string& trust,
                                       const std::string& policy) {
    const auto arn = text(
        "Role.Arn", iam("CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", trust}}));
    if (!policy.empty()) {
        iam("PutRolePolicy",
            {{"RoleName", name}, {"PolicyName", "inline"}, {"PolicyDocument", policy}});
    }
    return arn;
}

std::string IdentityFixture::assume(const std::string& role_arn, json::object more) {
    more["RoleArn"] = role_arn;
    if (!more.contains("RoleSessionName")) {
        more["RoleSessionName"] = "ci";
    }
    return text("Credentials.AccessKeyId", call("AssumeRole", more, "sts"));
}

std::string IdentityFixture::policy(const std::string& action, const std::string& resource,
                                    const std::string& effect) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + effect + R"(","Action":")" +
           action + R"(","Resource":")" + resource + R"("}]})";
}

std::string IdentityFixture::trust(const std::string& principal) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" +
           principal + R"("},"Action":["sts:AssumeRole","sts:TagSession"]}]})";
}

}  // namespace goldsmith::service
