#include "service/logs/groups.h"

#include <boost/json.hpp>

#include <algorithm>

#include "api/generated/logs/errors.h"
#include "api/generated/logs/groups_json.h"
#include "api/list_filters.h"
#include "db/database.h"
#include "service/logs/paging.h"
#include "service/logs/retention.h"
#include "state/tags.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

lg::LogGroup view(const api::CallContext& context, const store::LogGroupInfo& group) {
    lg::LogGroup result{.log_group_name = group.name,
                        .creation_time = group.created_ms,
                        .metric_filter_count = 0,
                        .arn = group_arn(context, group.name) + ":*",
                        .stored_bytes = static_cast<std::int64_t>(group.stored_bytes),
                        .log_group_class = lg::LogGroupClass::standard,
                        .log_group_arn = group_arn(context, group.name)};
    if (group.retention_days) {
        result.retention_in_days = *group.retention_days;
    }
    return result;
}

}  // namespace

std::string group_arn(const api::CallContext& context, const std::string& group) {
    return "arn:aws:logs:" + context.region + ":" + context.account + ":log-group:" + group;
}

store::LogStore log_store(const Dependencies& dependencies, const api::CallContext& context) {
    return {dependencies.logs_directory, context.region, context.account};
}

std::string group_name(const std::optional<std::string>& name,
                       const std::optional<std::string>& identifier) {
    if (name.has_value() == identifier.has_value()) {
        throw lg::InvalidParameterException(
            "Exactly one of 'logGroupName' and 'logGroupIdentifier' must be given.");
    }
    constexpr std::string_view mark = ":log-group:";
    std::string group = name ? *name : *identifier;
    const auto at = group.find(mark);
    if (!name && at != std::string::npos) {
        group = group.substr(at + mark.size());
        if (group.ends_with(":*")) {
            group.resize(group.size() - 2);
        }
    }
    return group;
}

void throw_no_stream() {
    throw lg::ResourceNotFoundException("The specified log stream does not exist.");
}

void throw_no_group() {
    throw lg::ResourceNotFoundException("The specified log group does not exist.");
}

lg::CreateLogGroupResponse GroupFamily::create_log_group(const api::CallContext& context,
                                                         const lg::CreateLogGroupRequest& request) {
    if (request.kms_key_id) {
        throw lg::InvalidParameterException(
            "Log groups are not encrypted by this server; leave kmsKeyId out.");
    }
    if (!log_store(dependencies_, context).create_group(request.log_group_name)) {
        throw lg::ResourceAlreadyExistsException("The specified log group already exists");
    }
    if (request.tags) {
        dependencies_.database.write([&](db::Transaction& transaction) {
            state::put_tags(transaction, group_arn(context, request.log_group_name), *request.tags);
        });
    }
    return {};
}

lg::DeleteLogGroupResponse GroupFamily::delete_log_group(const api::CallContext& context,
                                                         const lg::DeleteLogGroupRequest& request) {
    if (!log_store(dependencies_, context).delete_group(request.log_group_name)) {
        throw_no_group();
    }
    dependencies_.database.write([&](db::Transaction& transaction) {
        state::erase_tags(transaction, group_arn(context, request.log_group_name));
    });
    return {};
}

lg::PutRetentionPolicyResponse GroupFamily::put_retention_policy(
    const api::CallContext& context, const lg::PutRetentionPolicyRequest& request) {
    if (!is_retention(request.retention_in_days)) {
        throw lg::InvalidParameterException("'retentionInDays' cannot be " +
                                            std::to_string(request.retention_in_days) + ".");
    }
    if (!log_store(dependencies_, context)
             .set_retention(request.log_group_name, request.retention_in_days)) {
        throw_no_group();
    }
    return {};
}

lg::DeleteRetentionPolicyResponse GroupFamily::delete_retention_policy(
    const api::CallContext& context, const lg::DeleteRetentionPolicyRequest& request) {
    if (!log_store(dependencies_, context).set_retention(request.log_group_name, std::nullopt)) {
        throw_no_group();
    }
    return {};
}

lg::DescribeLogGroupsResponse GroupFamily::describe_log_groups(
    const api::CallContext& context, const lg::DescribeLogGroupsRequest& request) {
    if (request.log_group_name_prefix && request.log_group_name_pattern) {
        throw lg::InvalidParameterException(
            "'logGroupNamePrefix' and 'logGroupNamePattern' exclude each other.");
    }
    const auto scope = api::page_scope("DescribeLogGroups", context, request);
    const auto page = page_of(dependencies_.page_tokens, scope, request);
    auto groups =
        log_store(dependencies_, context).groups(request.log_group_name_prefix.value_or(""));
    if (request.log_group_name_pattern) {
        std::erase_if(groups, [&](const store::LogGroupInfo& group) {
            return group.name.find(*request.log_group_name_pattern) == std::string::npos;
        });
    }
    skip(groups, page, [](const auto& group, const auto& key) { return group.name > key; });
    auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(groups),
                             [](const auto& group) { return group.name; });
    lg::DescribeLogGroupsResponse response{.log_groups = std::vector<lg::LogGroup>{},
                                           .next_token = cut.next_token};
    for (const auto& group : cut.items) {
        response.log_groups->push_back(view(context, group));
    }
    return response;
}

}  // namespace goldsmith::service::logs
