// The account as a whole. Thread-safe.
#pragma once

#include "api/generated/iam/account.h"
#include "service/iam/entities.h"

namespace goldsmith::service::iam {

class AccountFamily final : public api::iam::Account {
public:
    explicit AccountFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::iam::GetAccountSummaryResponse get_account_summary(
        const api::CallContext& context,
        const api::iam::GetAccountSummaryRequest& request) override;
    api::iam::ListAccountAliasesResponse list_account_aliases(
        const api::CallContext& context,
        const api::iam::ListAccountAliasesRequest& request) override;
    api::iam::GetAccountAuthorizationDetailsResponse get_account_authorization_details(
        const api::CallContext& context,
        const api::iam::GetAccountAuthorizationDetailsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::iam
