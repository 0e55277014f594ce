// Inline policies of users, groups and roles. Thread-safe.
#pragma once

#include "api/generated/iam/inline_policies.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class InlinePolicyFamily final : public api::iam::InlinePolicies {
public:
    explicit InlinePolicyFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::PutUserPolicyResponse put_user_policy(
        const api::CallContext& context, const api::iam::PutUserPolicyRequest& request) override;
    api::iam::GetUserPolicyResponse get_user_policy(
        const api::CallContext& context, const api::iam::GetUserPolicyRequest& request) override;
    api::iam::DeleteUserPolicyResponse delete_user_policy(
        const api::CallContext& context, const api::iam::DeleteUserPolicyRequest& request) override;
    api::iam::ListUserPoliciesResponse list_user_policies(
        const api::CallContext& context, const api::iam::ListUserPoliciesRequest& request) override;
    api::iam::PutGroupPolicyResponse put_group_policy(
        const api::CallContext& context, const api::iam::PutGroupPolicyRequest& request) override;
    api::iam::GetGroupPolicyResponse get_group_policy(
        const api::CallContext& context, const api::iam::GetGroupPolicyRequest& request) override;
    api::iam::DeleteGroupPolicyResponse delete_group_policy(
        const api::CallContext& context,
        const api::iam::DeleteGroupPolicyRequest& request) override;
    api::iam::ListGroupPoliciesResponse list_group_policies(
        const api::CallContext& context,
        const api::iam::ListGroupPoliciesRequest& request) override;
    api::iam::PutRolePolicyResponse put_role_policy(
        const api::CallContext& context, const api::iam::PutRolePolicyRequest& request) override;
    api::iam::GetRolePolicyResponse get_role_policy(
        const api::CallContext& context, const api::iam::GetRolePolicyRequest& request) override;
    api::iam::DeleteRolePolicyResponse delete_role_policy(
        const api::CallContext& context, const api::iam::DeleteRolePolicyRequest& request) override;
    api::iam::ListRolePoliciesResponse list_role_policies(
        const api::CallContext& context, const api::iam::ListRolePoliciesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
