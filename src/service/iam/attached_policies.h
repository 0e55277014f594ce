// Managed policies attached to users, groups and roles. Thread-safe.
#pragma once

#include "api/generated/iam/attached_policies.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class AttachedPolicyFamily final : public api::iam::AttachedPolicies {
public:
    explicit AttachedPolicyFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::AttachUserPolicyResponse attach_user_policy(
        const api::CallContext& context, const api::iam::AttachUserPolicyRequest& request) override;
    api::iam::DetachUserPolicyResponse detach_user_policy(
        const api::CallContext& context, const api::iam::DetachUserPolicyRequest& request) override;
    api::iam::ListAttachedUserPoliciesResponse list_attached_user_policies(
        const api::CallContext& context,
        const api::iam::ListAttachedUserPoliciesRequest& request) override;
    api::iam::AttachGroupPolicyResponse attach_group_policy(
        const api::CallContext& context,
        const api::iam::AttachGroupPolicyRequest& request) override;
    api::iam::DetachGroupPolicyResponse detach_group_policy(
        const api::CallContext& context,
        const api::iam::DetachGroupPolicyRequest& request) override;
    api::iam::ListAttachedGroupPoliciesResponse list_attached_group_policies(
        const api::CallContext& context,
        const api::iam::ListAttachedGroupPoliciesRequest& request) override;
    api::iam::AttachRolePolicyResponse attach_role_policy(
        const api::CallContext& context, const api::iam::AttachRolePolicyRequest& request) override;
    api::iam::DetachRolePolicyResponse detach_role_policy(
        const api::CallContext& context, const api::iam::DetachRolePolicyRequest& request) override;
    api::iam::ListAttachedRolePoliciesResponse list_attached_role_policies(
        const api::CallContext& context,
        const api::iam::ListAttachedRolePoliciesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
