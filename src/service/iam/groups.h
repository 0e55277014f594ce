// Groups of users. Thread-safe.
#pragma once

#include "api/generated/iam/groups.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

api::iam::Group group_view(const state::IamEntity& group);

class GroupFamily final : public api::iam::Groups {
public:
    explicit GroupFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::CreateGroupResponse create_group(
        const api::CallContext& context, const api::iam::CreateGroupRequest& request) override;
    api::iam::GetGroupResponse get_group(const api::CallContext& context,
                                         const api::iam::GetGroupRequest& request) override;
    api::iam::DeleteGroupResponse delete_group(
        const api::CallContext& context, const api::iam::DeleteGroupRequest& request) override;
    api::iam::ListGroupsResponse list_groups(const api::CallContext& context,
                                             const api::iam::ListGroupsRequest& request) override;
    api::iam::ListGroupsForUserResponse list_groups_for_user(
        const api::CallContext& context,
        const api::iam::ListGroupsForUserRequest& request) override;
    api::iam::AddUserToGroupResponse add_user_to_group(
        const api::CallContext& context, const api::iam::AddUserToGroupRequest& request) override;
    api::iam::RemoveUserFromGroupResponse remove_user_from_group(
        const api::CallContext& context,
        const api::iam::RemoveUserFromGroupRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
