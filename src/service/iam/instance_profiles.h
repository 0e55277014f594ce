// Instance profiles. Thread-safe.
#pragma once

#include "api/generated/iam/instance_profiles.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

api::iam::InstanceProfile instance_profile_view(db::Connection& connection,
                                                const state::IamEntity& profile);

class InstanceProfileFamily final : public api::iam::InstanceProfiles {
public:
    explicit InstanceProfileFamily(const Dependencies& dependencies)
        : dependencies_(dependencies) {}

    api::iam::CreateInstanceProfileResponse create_instance_profile(
        const api::CallContext& context,
        const api::iam::CreateInstanceProfileRequest& request) override;
    api::iam::GetInstanceProfileResponse get_instance_profile(
        const api::CallContext& context,
        const api::iam::GetInstanceProfileRequest& request) override;
    api::iam::DeleteInstanceProfileResponse delete_instance_profile(
        const api::CallContext& context,
        const api::iam::DeleteInstanceProfileRequest& request) override;
    api::iam::ListInstanceProfilesResponse list_instance_profiles(
        const api::CallContext& context,
        const api::iam::ListInstanceProfilesRequest& request) override;
    api::iam::ListInstanceProfilesForRoleResponse list_instance_profiles_for_role(
        const api::CallContext& context,
        const api::iam::ListInstanceProfilesForRoleRequest& request) override;
    api::iam::AddRoleToInstanceProfileResponse add_role_to_instance_profile(
        const api::CallContext& context,
        const api::iam::AddRoleToInstanceProfileRequest& request) override;
    api::iam::RemoveRoleFromInstanceProfileResponse remove_role_from_instance_profile(
        const api::CallContext& context,
        const api::iam::RemoveRoleFromInstanceProfileRequest& request) override;
    api::iam::TagInstanceProfileResponse tag_instance_profile(
        const api::CallContext& context,
        const api::iam::TagInstanceProfileRequest& request) override;
    api::iam::UntagInstanceProfileResponse untag_instance_profile(
        const api::CallContext& context,
        const api::iam::UntagInstanceProfileRequest& request) override;
    api::iam::ListInstanceProfileTagsResponse list_instance_profile_tags(
        const api::CallContext& context,
        const api::iam::ListInstanceProfileTagsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
