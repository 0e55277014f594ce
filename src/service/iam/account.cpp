#include "service/iam/account.h"

#include "db/database.h"
#include "state/credentials.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

model::GetAccountSummaryResponse AccountFamily::get_account_summary(
    const api::CallContext& context, const model::GetAccountSummaryRequest&) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto count = [&](IamKind kind) {
            return static_cast<std::int32_t>(
                state::count_iam_entities(connection, context.account, kind));
        };
        const bool root_key =
            !state::access_keys_of(connection, context.account, context.account).empty();
        return model::GetAccountSummaryResponse{
            .summary_map = std::map<std::string, std::int32_t>{
                {"Users", count(IamKind::user)},
                {"UsersQuota", 5000},
                {"Groups", count(IamKind::group)},
                {"GroupsQuota", 300},
                {"Roles", count(IamKind::role)},
                {"RolesQuota", 1000},
                {"Policies", count(IamKind::policy)},
                {"PoliciesQuota", 1500},
                {"InstanceProfiles", count(IamKind::instance_profile)},
                {"InstanceProfilesQuota", 1000},
                {"AccessKeysPerUserQuota", 2},
                {"VersionsPerPolicyQuota", 5},
                {"AttachedPoliciesPerUserQuota", 10},
                {"AttachedPoliciesPerGroupQuota", 10},
                {"AttachedPoliciesPerRoleQuota", 10},
                {"UserPolicySizeQuota", 2048},
                {"GroupPolicySizeQuota", 5120},
                {"RolePolicySizeQuota", 10240},
                {"PolicySizeQuota", 6144},
                {"AssumeRolePolicySizeQuota", 4096},
                {"AccountAccessKeysPresent", root_key ? 1 : 0},
                {"AccountMFAEnabled", 0},
                {"MFADevices", 0}}};
    });
}

model::ListAccountAliasesResponse AccountFamily::list_account_aliases(
    const api::CallContext&, const model::ListAccountAliasesRequest&) {
    return {.account_aliases = std::vector<std::string>{}, .is_truncated = false};
}

}  // namespace goldsmith::service::iam
