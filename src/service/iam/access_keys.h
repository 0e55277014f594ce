// Access keys: of users, and of the root user when no user is named. Thread-safe.
#pragma once

#include "api/generated/iam/access_keys.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class AccessKeyFamily final : public api::iam::AccessKeys {
public:
    explicit AccessKeyFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::CreateAccessKeyResponse create_access_key(
        const api::CallContext& context, const api::iam::CreateAccessKeyRequest& request) override;
    api::iam::ListAccessKeysResponse list_access_keys(
        const api::CallContext& context, const api::iam::ListAccessKeysRequest& request) override;
    api::iam::UpdateAccessKeyResponse update_access_key(
        const api::CallContext& context, const api::iam::UpdateAccessKeyRequest& request) override;
    api::iam::DeleteAccessKeyResponse delete_access_key(
        const api::CallContext& context, const api::iam::DeleteAccessKeyRequest& request) override;
    api::iam::GetAccessKeyLastUsedResponse get_access_key_last_used(
        const api::CallContext& context,
        const api::iam::GetAccessKeyLastUsedRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
