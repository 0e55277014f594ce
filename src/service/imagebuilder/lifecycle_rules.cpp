#include "service/imagebuilder/lifecycle_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "api/generated/imagebuilder/errors.h"
#include "api/version.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

using Action = ib::LifecyclePolicyDetailActionType;
using Filter = ib::LifecyclePolicyDetailFilterType;

[[noreturn]] void refuse(const std::string& place, const std::string& why) {
    throw ib::InvalidRequestException("The value supplied for parameter '" + place +
                                      "' is not valid. " + why);
}

void check_filter(const ib::LifecyclePolicyDetail& detail, const std::string& place) {
    const auto& filter = detail.filter;
    if (filter.type == Filter::age && !filter.unit) {
        refuse(place + ".filter.unit", "A filter of type AGE needs a unit.");
    }
    if (filter.type == Filter::count && filter.unit) {
        refuse(place + ".filter.unit", "A filter of type COUNT has no unit.");
    }
    if (filter.retain_at_least &&
        (filter.type != Filter::age || detail.action.type != Action::delete_)) {
        refuse(place + ".filter.retainAtLeast",
               "It is only for the action DELETE with a filter of type AGE.");
    }
}

void check_resources(ib::LifecyclePolicyResourceType type, const ib::LifecyclePolicyDetail& detail,
                     const std::string& place) {
    const auto included =
        detail.action.include_resources.value_or(ib::LifecyclePolicyDetailActionIncludeResources{});
    if (type == ib::LifecyclePolicyResourceType::container_image) {
        if (detail.action.type != Action::delete_) {
            refuse(place + ".action.type", "Container images can only be deleted.");
        }
        if (included.amis.value_or(false) || included.snapshots.value_or(false)) {
            refuse(place + ".action.includeResources", "Container images have no AMIs.");
        }
        if (detail.exclusion_rules && detail.exclusion_rules->amis) {
            refuse(place + ".exclusionRules.amis", "Container images have no AMIs.");
        }
        return;
    }
    if (included.containers.value_or(false)) {
        refuse(place + ".action.includeResources.containers", "AMI images have no containers.");
    }
    if (included.snapshots.value_or(false) &&
        (detail.action.type != Action::delete_ || !included.amis.value_or(false))) {
        refuse(place + ".action.includeResources.snapshots",
               "Snapshots are only deleted together with their AMIs.");
    }
}

void check_selection(const ib::LifecyclePolicyResourceSelection& selection) {
    const bool recipes = selection.recipes.has_value();
    const bool tags = selection.tag_map && !selection.tag_map->empty();
    if (recipes == tags) {
        refuse("resourceSelection", "Exactly one of 'recipes' and 'tagMap' must be given.");
    }
    for (std::size_t i = 0; recipes && i < selection.recipes->size(); ++i) {
        const std::string& version = (*selection.recipes)[i].semantic_version;
        if (!api::VersionPattern::parse(version)) {
            refuse("resourceSelection.recipes[" + std::to_string(i) + "].semanticVersion",
                   "'" + version +
                       "' is not a version: once a node is 'x', every node to its right must be "
                       "'x'.");
        }
    }
}

bool has_failed(const LifecycleCandidate& image) {
    return image.status == "FAILED" || image.status == "CANCELLED";
}

bool is_being_built(const LifecycleCandidate& image) {
    static const std::set<std::string_view> settled{"AVAILABLE", "DEPRECATED", "DISABLED",
                                                    "FAILED",    "CANCELLED",  "DELETED"};
    return !settled.contains(image.status);
}

/// Whether the action has anything to do with an image in this state.
bool concerns(Action action, const LifecycleCandidate& image) {
    switch (action) {
        case Action::deprecate:
            return image.status == "AVAILABLE";
        case Action::disable:
            return image.status == "AVAILABLE" || image.status == "DEPRECATED";
        case Action::delete_:
            break;
    }
    return true;
}

/// The images of one recipe version, newest first, that the rule is about; tags not yet looked at.
std::vector<const LifecycleCandidate*> qualified(
    const ib::LifecyclePolicyDetail& detail, const std::vector<const LifecycleCandidate*>& group,
    base::Time now) {
    std::vector<const LifecycleCandidate*> found;
    const auto& filter = detail.filter;
    const bool by_age = filter.type == Filter::age;
    const int kept = by_age ? filter.retain_at_least.value_or(0) : filter.value;
    const base::Time limit =
        by_age ? time_before(now, filter.value, filter.unit.value_or(ib::LifecyclePolicyTimeUnit{}))
               : base::Time{};
    int slots = 0;
    for (const LifecycleCandidate* image : group) {
        const bool retained = !has_failed(*image) && slots++ < kept;
        if (!retained && (!by_age || image->created < limit) && !is_being_built(*image) &&
            concerns(detail.action.type, *image)) {
            found.push_back(image);
        }
    }
    return found;
}

}  // namespace

void check_lifecycle_rules(ib::LifecyclePolicyResourceType resource_type,
                           const std::vector<ib::LifecyclePolicyDetail>& details,
                           const ib::LifecyclePolicyResourceSelection& selection) {
    std::set<Action> seen;
    for (std::size_t i = 0; i < details.size(); ++i) {
        const std::string place = "policyDetails[" + std::to_string(i) + "]";
        if (!seen.insert(details[i].action.type).second) {
            refuse(place + ".action.type", "There is another rule with the action " +
                                               std::string(to_string(details[i].action.type)) +
                                               ".");
        }
        check_filter(details[i], place);
        check_resources(resource_type, details[i], place);
    }
    check_selection(selection);
}

std::vector<LifecycleDecision> decide_lifecycle(
    const std::vector<ib::LifecyclePolicyDetail>& details,
    const std::vector<LifecycleCandidate>& candidates, base::Time now) {
    std::map<std::string, std::vector<const LifecycleCandidate*>> groups;
    for (const LifecycleCandidate& image : candidates) {
        groups[image.group].push_back(&image);
    }
    std::map<const LifecycleCandidate*, LifecycleDecision> decided;
    for (const Action action : {Action::deprecate, Action::disable, Action::delete_}) {
        for (std::size_t i = 0; i < details.size(); ++i) {
            if (details[i].action.type != action) {
                continue;
            }
            const auto& rules = details[i].exclusion_rules;
            for (const auto& [name, group] : groups) {
                for (const LifecycleCandidate* image : qualified(details[i], group, now)) {
                    const auto excluded = rules && rules->tag_map
                                              ? excluding_tag(*rules->tag_map, image->tags)
                                              : std::nullopt;
                    decided.emplace(image, LifecycleDecision{image->arn, i, excluded});
                }
            }
        }
    }
    std::vector<LifecycleDecision> result;
    for (const LifecycleCandidate& image : candidates) {
        if (const auto found = decided.find(&image); found != decided.end()) {
            result.push_back(std::move(found->second));
        }
    }
    return result;
}

base::Time time_before(base::Time now, int value, ib::LifecyclePolicyTimeUnit unit) {
    switch (unit) {
        case ib::LifecyclePolicyTimeUnit::days:
            return now - std::chrono::days(value);
        case ib::LifecyclePolicyTimeUnit::weeks:
            return now - std::chrono::weeks(value);
        case ib::LifecyclePolicyTimeUnit::months:
        case ib::LifecyclePolicyTimeUnit::years:
            break;
    }
    const int months = unit == ib::LifecyclePolicyTimeUnit::years ? value * 12 : value;
    const auto midnight = std::chrono::floor<std::chrono::days>(now);
    std::chrono::year_month_day day(midnight);
    day -= std::chrono::months(months);
    if (!day.ok()) {
        day = day.year() / day.month() / std::chrono::last;
    }
    return std::chrono::sys_days(day) + (now - midnight);
}

std::optional<std::string> excluding_tag(const std::map<std::string, std::string>& excluding,
                                         const std::map<std::string, std::string>& tags) {
    for (const auto& [key, value] : excluding) {
        const auto found = tags.find(key);
        if (found != tags.end() && found->second == value) {
            return "Excluded by the tag '" + key + "'.";
        }
    }
    return std::nullopt;
}

}  // namespace goldsmith::service::imagebuilder
