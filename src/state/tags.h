// Tags of every kind of resource: one table over ARN. EC2 resources use the ARN that EC2 gives them
// (ec2_arn()). Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

using TagMap = std::map<std::string, std::string>;

/// `resource_type`: "image", "snapshot", "instance". EC2's image and snapshot ARNs name no account.
std::string ec2_arn(std::string_view region, std::string_view resource_type, std::string_view id);

TagMap tags_of(db::Connection& connection, std::string_view arn);
/// Adds and overwrites.
void put_tags(db::Connection& connection, std::string_view arn, const TagMap& tags);
/// Keys that are not there are ignored.
void remove_tags(db::Connection& connection, std::string_view arn,
                 const std::vector<std::string>& keys);
void erase_tags(db::Connection& connection, std::string_view arn);

struct TagRow {
    std::string arn, key, value;
};
/// Every tag of the ARNs that begin with `arn_prefix`, in order of ARN and key, after the given
/// one.
std::vector<TagRow> page_tags(db::Connection& connection, std::string_view arn_prefix,
                              std::string_view after_arn, std::string_view after_key, int limit);

}  // namespace goldsmith::state
