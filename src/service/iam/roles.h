// Roles, their trust policies, and service-linked roles. Thread-safe.
#pragma once

#include "api/generated/iam/roles.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

api::iam::Role role_view(db::Connection& connection, const state::IamEntity& role);

class RoleFamily final : public api::iam::Roles {
public:
    explicit RoleFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::CreateRoleResponse create_role(const api::CallContext& context,
                                             const api::iam::CreateRoleRequest& request) override;
    api::iam::GetRoleResponse get_role(const api::CallContext& context,
                                       const api::iam::GetRoleRequest& request) override;
    api::iam::UpdateRoleResponse update_role(const api::CallContext& context,
                                             const api::iam::UpdateRoleRequest& request) override;
    api::iam::UpdateRoleDescriptionResponse update_role_description(
        const api::CallContext& context,
        const api::iam::UpdateRoleDescriptionRequest& request) override;
    api::iam::UpdateAssumeRolePolicyResponse update_assume_role_policy(
        const api::CallContext& context,
        const api::iam::UpdateAssumeRolePolicyRequest& request) override;
    api::iam::DeleteRoleResponse delete_role(const api::CallContext& context,
                                             const api::iam::DeleteRoleRequest& request) override;
    api::iam::ListRolesResponse list_roles(const api::CallContext& context,
                                           const api::iam::ListRolesRequest& request) override;
    api::iam::TagRoleResponse tag_role(const api::CallContext& context,
                                       const api::iam::TagRoleRequest& request) override;
    api::iam::UntagRoleResponse untag_role(const api::CallContext& context,
                                           const api::iam::UntagRoleRequest& request) override;
    api::iam::ListRoleTagsResponse list_role_tags(
        const api::CallContext& context, const api::iam::ListRoleTagsRequest& request) override;
    api::iam::PutRolePermissionsBoundaryResponse put_role_permissions_boundary(
        const api::CallContext& context,
        const api::iam::PutRolePermissionsBoundaryRequest& request) override;
    api::iam::DeleteRolePermissionsBoundaryResponse delete_role_permissions_boundary(
        const api::CallContext& context,
        const api::iam::DeleteRolePermissionsBoundaryRequest& request) override;
    api::iam::CreateServiceLinkedRoleResponse create_service_linked_role(
        const api::CallContext& context,
        const api::iam::CreateServiceLinkedRoleRequest& request) override;
    api::iam::DeleteServiceLinkedRoleResponse delete_service_linked_role(
        const api::CallContext& context,
        const api::iam::DeleteServiceLinkedRoleRequest& request) override;
    api::iam::GetServiceLinkedRoleDeletionStatusResponse get_service_linked_role_deletion_status(
        const api::CallContext& context,
        const api::iam::GetServiceLinkedRoleDeletionStatusRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
