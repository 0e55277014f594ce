// evaluate(): whether the policies allow one action on one resource. The order in which AWS does
// it: an explicit deny anywhere wins; the root user may do everything in its account; a permission
// boundary and session policies intersect with identity policies; within an account an identity
// policy or a resource policy that names the caller is enough, across accounts both are needed.
// Pure, thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/context.h"
#include "policy/decision.h"
#include "policy/document.h"
#include "policy/principals.h"

namespace goldsmith::policy {

struct NamedPolicy {
    std::string name{};  // for people: an ARN, or the name of an inline policy
    std::shared_ptr<const Document> document{};
};

/// What speaks for and against a caller.
struct CallerPolicies {
    std::vector<NamedPolicy> identity{};
    std::optional<NamedPolicy> boundary{};
    /// The policies handed over when a session was made; nothing: they do not limit it.
    std::optional<std::vector<NamedPolicy>> session{};
};

struct Request {
    const Caller& caller;
    std::string action{};    // "imagebuilder:GetImage"
    std::string resource{};  // an ARN, or "*" where an action has no resource
    /// Of the account that owns the resource; empty: the caller's own. Resources of "aws" belong to
    /// everybody: no resource policy is needed.
    std::string resource_account{};
    const Context& context;
};

/// `resource_policy` may be null. A trust policy is one: it must name the caller, whatever identity
/// policies say. Policies of kind identity hold for the caller whoever it is.
Decision evaluate(const Request& request, const CallerPolicies& policies,
                  const NamedPolicy* resource_policy = nullptr);

}  // namespace goldsmith::policy
