#include "service/ec2/tag_specifications.h"

#include <algorithm>

#include "api/generated/ec2/errors.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t most_key_characters = 128;
constexpr std::size_t most_value_characters = 256;

std::size_t characters(const std::string& utf8) {
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char each) { return (each & '\xC0') != '\x80'; }));
}

}  // namespace

void check_tag_key(const std::string& key) {
    if (key.empty() || key.starts_with("aws:") || characters(key) > most_key_characters) {
        throw ec2::InvalidParameterValue(
            "Tag keys must not be empty, must not begin with 'aws:' and have at most 128 "
            "characters.");
    }
}

state::TagMap specified_tags(
    const std::optional<std::vector<ec2::TagSpecification>>& specifications, ec2::ResourceType type,
    std::initializer_list<ec2::ResourceType> allowed) {
    state::TagMap tags;
    std::vector<ec2::ResourceType> seen;
    for (const ec2::TagSpecification& specification :
         specifications.value_or(std::vector<ec2::TagSpecification>{})) {
        if (!specification.resource_type) {
            throw ec2::MissingParameter("A tag specification must name its ResourceType.");
        }
        const ec2::ResourceType named = *specification.resource_type;
        const std::string name(to_string(named));
        if (std::find(allowed.begin(), allowed.end(), named) == allowed.end()) {
            throw ec2::InvalidParameterValue("'" + name +
                                             "' is not a valid taggable resource type for this "
                                             "operation.");
        }
        if (std::find(seen.begin(), seen.end(), named) != seen.end()) {
            throw ec2::InvalidParameterValue("Duplicate tag specification for '" + name + "'.");
        }
        seen.push_back(named);
        for (const ec2::Tag& tag : specification.tags.value_or(std::vector<ec2::Tag>{})) {
            const std::string key = tag.key.value_or("");
            const std::string value = tag.value.value_or("");
            check_tag_key(key);
            if (characters(value) > most_value_characters) {
                throw ec2::InvalidParameterValue("The value of the tag '" + key +
                                                 "' has more than 256 characters.");
            }
            if (named == type && !tags.emplace(key, value).second) {
                throw ec2::InvalidParameterValue("Duplicate tag key '" + key + "' specified.");
            }
        }
    }
    if (tags.size() > most_tags) {
        throw ec2::TagLimitExceeded("A resource can have at most " + std::to_string(most_tags) +
                                    " tags.");
    }
    return tags;
}

}  // namespace goldsmith::service::ec2
