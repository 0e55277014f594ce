// Log groups and log streams, over store::LogStore. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "api/generated/logs/groups.h"
#include "api/generated/logs/streams.h"
#include "service/dependencies.h"
#include "store/log_stream.h"

namespace goldsmith::service::logs {

/// The logs of the caller's account and region.
store::LogStore log_store(const Dependencies& dependencies, const api::CallContext& context);

/// From logGroupName or logGroupIdentifier (a name or an ARN), of which exactly one must be given.
/// Throws InvalidParameterException.
std::string group_name(const std::optional<std::string>& name,
                       const std::optional<std::string>& identifier);

[[noreturn]] void throw_no_group();
[[noreturn]] void throw_no_stream();

std::string group_arn(const api::CallContext& context, const std::string& group);

class GroupFamily final : public api::logs::Groups {
public:
    explicit GroupFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::logs::CreateLogGroupResponse create_log_group(
        const api::CallContext& context, const api::logs::CreateLogGroupRequest& request) override;
    api::logs::DeleteLogGroupResponse delete_log_group(
        const api::CallContext& context, const api::logs::DeleteLogGroupRequest& request) override;
    api::logs::DeleteRetentionPolicyResponse delete_retention_policy(
        const api::CallContext& context,
        const api::logs::DeleteRetentionPolicyRequest& request) override;
    api::logs::TagResourceResponse tag_resource(
        const api::CallContext& context, const api::logs::TagResourceRequest& request) override;
    api::logs::UntagResourceResponse untag_resource(
        const api::CallContext& context, const api::logs::UntagResourceRequest& request) override;
    api::logs::ListTagsForResourceResponse list_tags_for_resource(
        const api::CallContext& context,
        const api::logs::ListTagsForResourceRequest& request) override;
    api::logs::DescribeLogGroupsResponse describe_log_groups(
        const api::CallContext& context,
        const api::logs::DescribeLogGroupsRequest& request) override;
    api::logs::PutRetentionPolicyResponse put_retention_policy(
        const api::CallContext& context,
        const api::logs::PutRetentionPolicyRequest& request) override;

private:
    const Dependencies& dependencies_;
};

class StreamFamily final : public api::logs::Streams {
public:
    explicit StreamFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::logs::CreateLogStreamResponse create_log_stream(
        const api::CallContext& context, const api::logs::CreateLogStreamRequest& request) override;
    api::logs::DeleteLogStreamResponse delete_log_stream(
        const api::CallContext& context, const api::logs::DeleteLogStreamRequest& request) override;
    api::logs::DescribeLogStreamsResponse describe_log_streams(
        const api::CallContext& context,
        const api::logs::DescribeLogStreamsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::logs
