// Users. Thread-safe.
#pragma once

#include "api/generated/iam/users.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

api::iam::User user_view(db::Connection& connection, const state::IamEntity& user);

class UserFamily final : public api::iam::Users {
public:
    explicit UserFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::CreateUserResponse create_user(const api::CallContext& context,
                                             const api::iam::CreateUserRequest& request) override;
    api::iam::GetUserResponse get_user(const api::CallContext& context,
                                       const api::iam::GetUserRequest& request) override;
    api::iam::UpdateUserResponse update_user(const api::CallContext& context,
                                             const api::iam::UpdateUserRequest& request) override;
    api::iam::DeleteUserResponse delete_user(const api::CallContext& context,
                                             const api::iam::DeleteUserRequest& request) override;
    api::iam::ListUsersResponse list_users(const api::CallContext& context,
                                           const api::iam::ListUsersRequest& request) override;
    api::iam::TagUserResponse tag_user(const api::CallContext& context,
                                       const api::iam::TagUserRequest& request) override;
    api::iam::UntagUserResponse untag_user(const api::CallContext& context,
                                           const api::iam::UntagUserRequest& request) override;
    api::iam::ListUserTagsResponse list_user_tags(
        const api::CallContext& context, const api::iam::ListUserTagsRequest& request) override;
    api::iam::PutUserPermissionsBoundaryResponse put_user_permissions_boundary(
        const api::CallContext& context,
        const api::iam::PutUserPermissionsBoundaryRequest& request) override;
    api::iam::DeleteUserPermissionsBoundaryResponse delete_user_permissions_boundary(
        const api::CallContext& context,
        const api::iam::DeleteUserPermissionsBoundaryRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
