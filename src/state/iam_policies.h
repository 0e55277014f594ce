// Policies as rows: inline ones with their owner, managed ones with their versions, and which are
// attached to whom. Owners and policies are named by their unique ids, attached policies by ARN.
// Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/iam_entities.h"

namespace goldsmith::state {

struct InlinePolicy {
    std::string name{};
    std::string document{};
};

/// Adds or replaces.
void put_inline_policy(db::Connection& connection, std::string_view owner_id,
                       const InlinePolicy& policy);
bool erase_inline_policy(db::Connection& connection, std::string_view owner_id,
                         std::string_view name);
/// In order of their names.
std::vector<InlinePolicy> inline_policies_of(db::Connection& connection, std::string_view owner_id);

/// Does nothing when it is attached already.
void attach_policy(db::Connection& connection, std::string_view owner_id,
                   std::string_view policy_arn);
bool detach_policy(db::Connection& connection, std::string_view owner_id,
                   std::string_view policy_arn);
/// In order of their ARNs.
std::vector<std::string> attached_policies_of(db::Connection& connection,
                                              std::string_view owner_id);
/// Those of one account, in order of kind and name.
std::vector<IamEntity> entities_with_policy(db::Connection& connection, std::string_view account,
                                            std::string_view policy_arn);

struct PolicyVersionRow {
    std::int64_t version = 0;
    bool is_default = false;
    std::string document{};
    std::int64_t created_ms = 0;
};

void insert_policy_version(db::Connection& connection, std::string_view policy_id,
                           const PolicyVersionRow& version);
void set_default_policy_version(db::Connection& connection, std::string_view policy_id,
                                std::int64_t version);
void erase_policy_version(db::Connection& connection, std::string_view policy_id,
                          std::int64_t version);
/// Newest first.
std::vector<PolicyVersionRow> policy_versions_of(db::Connection& connection,
                                                 std::string_view policy_id);
/// The text of the default version; nothing when there is no such policy.
std::optional<std::string> default_policy_document(db::Connection& connection,
                                                   std::string_view policy_arn);

}  // namespace goldsmith::state
