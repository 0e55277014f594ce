// The rules of a lifecycle policy: what may be combined, and what they say about images. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/generated/imagebuilder/lifecycle_types.h"
#include "base/clock.h"

namespace goldsmith::service::imagebuilder {

/// What members require and exclude of each other. Throws InvalidRequestException.
void check_lifecycle_rules(api::imagebuilder::LifecyclePolicyResourceType resource_type,
                           const std::vector<api::imagebuilder::LifecyclePolicyDetail>& details,
                           const api::imagebuilder::LifecyclePolicyResourceSelection& selection);

/// An image that a policy selects.
struct LifecycleCandidate {
    std::string arn{};
    std::string group{};  // retention is counted within it: the recipe's version
    base::Time created{};
    std::string status{};
    std::map<std::string, std::string> tags{};
};

struct LifecycleDecision {
    std::string arn{};
    std::size_t rule = 0;                   // of the policy's details
    std::optional<std::string> excluded{};  // why the image is left alone all the same
    bool operator==(const LifecycleDecision&) const = default;
};

/// At most one decision for each image. `candidates` are newest first. Rules apply in the order
/// DEPRECATE, DISABLE, DELETE; retention is counted before tags exclude.
std::vector<LifecycleDecision> decide_lifecycle(
    const std::vector<api::imagebuilder::LifecyclePolicyDetail>& details,
    const std::vector<LifecycleCandidate>& candidates, base::Time now);

/// The moment that lies so many units (calendar months and years) before `now`.
base::Time time_before(base::Time now, int value, api::imagebuilder::LifecyclePolicyTimeUnit unit);

/// Why tags exclude: the first of `excluding` that `tags` has.
std::optional<std::string> excluding_tag(const std::map<std::string, std::string>& excluding,
                                         const std::map<std::string, std::string>& tags);

}  // namespace goldsmith::service::imagebuilder
