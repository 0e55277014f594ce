// Temporary credentials: AssumeRole and GetSessionToken. Whether the caller may assume a role was
// decided before, with the role's trust policy as resource policy (authorization/). Thread-safe.
#pragma once

#include "api/generated/sts/sessions.h"
#include "service/dependencies.h"

namespace goldsmith::service::sts {

class SessionFamily final : public api::sts::Sessions {
public:
    explicit SessionFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::sts::AssumeRoleResponse assume_role(const api::CallContext& context,
                                             const api::sts::AssumeRoleRequest& request) override;
    api::sts::GetSessionTokenResponse get_session_token(
        const api::CallContext& context, const api::sts::GetSessionTokenRequest& request) override;
    api::sts::GetAccessKeyInfoResponse get_access_key_info(
        const api::CallContext& context, const api::sts::GetAccessKeyInfoRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::sts
