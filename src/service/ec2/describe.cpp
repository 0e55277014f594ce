#include "service/ec2/describe.h"

#include <algorithm>

namespace goldsmith::service::ec2 {

void stop_if_dry_run(const std::optional<bool>& dry_run) {
    if (dry_run.value_or(false)) {
        throw api::ec2::DryRunOperation("Request would have succeeded, but DryRun flag is set.");
    }
}

std::vector<api::ec2::Tag> to_tags(const state::TagMap& tags) {
    std::vector<api::ec2::Tag> list;
    for (const auto& [key, value] : tags) {
        list.push_back({.key = key, .value = value});
    }
    return list;
}

std::optional<std::vector<std::string>> tag_filter_values(const state::TagMap& tags,
                                                          std::string_view filter_name) {
    constexpr std::string_view prefix = "tag:";
    std::vector<std::string> values;
    if (filter_name == "tag-key") {
        for (const auto& [key, value] : tags) {
            values.push_back(key);
        }
        return values;
    }
    if (!filter_name.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto found = tags.find(std::string(filter_name.substr(prefix.size())));
    if (found != tags.end()) {
        values.push_back(found->second);
    }
    return values;
}

bool owner_matches(const api::CallContext& context,
                   const std::optional<std::vector<std::string>>& owners, std::string_view owner) {
    return !owners || owners->empty() ||
           std::any_of(owners->begin(), owners->end(), [&](const std::string& wanted) {
               return wanted == owner || (wanted == "self" && owner == context.account);
           });
}

}  // namespace goldsmith::service::ec2
