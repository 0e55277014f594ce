// Managed policies and their versions, AWS's own included. Thread-safe.
#pragma once

#include "api/generated/iam/managed_policies.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class ManagedPolicyFamily final : public api::iam::ManagedPolicies {
public:
    explicit ManagedPolicyFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::CreatePolicyResponse create_policy(
        const api::CallContext& context, const api::iam::CreatePolicyRequest& request) override;
    api::iam::GetPolicyResponse get_policy(const api::CallContext& context,
                                           const api::iam::GetPolicyRequest& request) override;
    api::iam::DeletePolicyResponse delete_policy(
        const api::CallContext& context, const api::iam::DeletePolicyRequest& request) override;
    api::iam::ListPoliciesResponse list_policies(
        const api::CallContext& context, const api::iam::ListPoliciesRequest& request) override;
    api::iam::CreatePolicyVersionResponse create_policy_version(
        const api::CallContext& context,
        const api::iam::CreatePolicyVersionRequest& request) override;
    api::iam::GetPolicyVersionResponse get_policy_version(
        const api::CallContext& context, const api::iam::GetPolicyVersionRequest& request) override;
    api::iam::ListPolicyVersionsResponse list_policy_versions(
        const api::CallContext& context,
        const api::iam::ListPolicyVersionsRequest& request) override;
    api::iam::SetDefaultPolicyVersionResponse set_default_policy_version(
        const api::CallContext& context,
        const api::iam::SetDefaultPolicyVersionRequest& request) override;
    api::iam::DeletePolicyVersionResponse delete_policy_version(
        const api::CallContext& context,
        const api::iam::DeletePolicyVersionRequest& request) override;
    api::iam::TagPolicyResponse tag_policy(const api::CallContext& context,
                                           const api::iam::TagPolicyRequest& request) override;
    api::iam::UntagPolicyResponse untag_policy(
        const api::CallContext& context, const api::iam::UntagPolicyRequest& request) override;
    api::iam::ListPolicyTagsResponse list_policy_tags(
        const api::CallContext& context, const api::iam::ListPolicyTagsRequest& request) override;
    api::iam::ListEntitiesForPolicyResponse list_entities_for_policy(
        const api::CallContext& context,
        const api::iam::ListEntitiesForPolicyRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
