// TagSpecification parameters: what a request gives the resources that it makes. Throws EC2's own
// errors.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "api/generated/ec2/tags_types.h"
#include "state/tags.h"

namespace goldsmith::service::ec2 {

inline constexpr std::size_t most_tags = 50;

/// The tags for resources of one type. `allowed` are the types that the operation makes: another
/// one, a repeated one, a reserved key and more tags than a resource may have are refused.
state::TagMap specified_tags(
    const std::optional<std::vector<api::ec2::TagSpecification>>& specifications,
    api::ec2::ResourceType type, std::initializer_list<api::ec2::ResourceType> allowed);

/// Throws InvalidParameterValue for a key that nobody may set.
void check_tag_key(const std::string& key);

}  // namespace goldsmith::service::ec2
