// Identity: everything that is known about whoever has an access key: the secret that verifies a
// signature, who it is, and which policies speak for and against it. Loaded from rows; used by the
// credential lookup, by the gate and by the simulators. Values; immutable once shared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "policy/evaluate.h"
#include "state/iam_entities.h"

namespace goldsmith::service::authorization {

struct Identity {
    std::string secret{};
    std::optional<std::string> session_token{};
    std::optional<std::int64_t> expires_ms{};
    std::optional<std::int64_t> issued_ms{};  // of temporary credentials

    policy::Caller caller{};
    std::string user_id{};    // what GetCallerIdentity shows
    std::string user_name{};  // of users only
    std::string owner_id{};   // the user's or role's unique id; empty: the root user
    std::map<std::string, std::string> tags{};             // aws:PrincipalTag/...
    std::map<std::string, std::string> transitive_tags{};  // those that a next session inherits
    std::string source_identity{};
    policy::CallerPolicies policies{};
    bool asks_for_resource_tags = false;  // whether any policy has a condition on them
};

/// The identity behind an access key or a session's key; nothing when there is none, when the key
/// is not active, or when its user or role is gone.
std::optional<Identity> load_identity(db::Connection& connection, std::string_view access_key_id);

/// As of now, of a user, role or the root user; without secrets. For simulations and trust policies
/// of what has no key. Nothing for an ARN that names none.
std::optional<Identity> load_identity_of_arn(db::Connection& connection, const std::string& arn);

/// The document of a managed policy, ours or the account's; null when there is none.
std::shared_ptr<const policy::Document> load_managed_policy(db::Connection& connection,
                                                            const std::string& arn);

}  // namespace goldsmith::service::authorization
