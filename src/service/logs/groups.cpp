#include "service/logs/groups.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

#include "api/generated/logs/errors.h"
#include "api/generated/logs/groups_json.h"
#include "api/generated/logs/streams_json.h"
#include "api/list_filters.h"
#include "api/paging.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

constexpr std::size_t default_limit = 50;
constexpr std::array<int, 22> retentions{1,    3,    5,    7,    14,   30,  60,  90,
                                         120,  150,  180,  365,  400,  545, 731, 1096,
                                         1827, 2192, 2557, 2922, 3288, 3653};

std::string group_arn(const api::CallContext& context, const std::string& group) {
    return "arn:aws:logs:" + context.region + ":" + context.account + ":log-group:" + group;
}

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

lg::LogStream view(const api::CallContext& context, const std::string& group,
                   const store::LogStreamInfo& stream) {
    return {.log_stream_name = stream.name,
            .creation_time = stream.created_ms,
            .first_event_timestamp = stream.first_event_ms,
            .last_event_timestamp = stream.last_event_ms,
            .last_ingestion_time = stream.last_ingestion_ms,
            .arn = group_arn(context, group) + ":log-stream:" + stream.name,
            .stored_bytes = static_cast<std::int64_t>(stream.stored_bytes)};
}

template <class Request>
api::PageRequest page_of(const api::PageTokens& tokens, const std::string& scope,
                         const Request& request) {
    api::PageRequest page{default_limit, std::nullopt};
    if (request.limit) {
        page.limit = static_cast<std::size_t>(*request.limit);
    }
    if (request.next_token) {
        page.after = tokens.open(scope, *request.next_token);
        if (!page.after) {
            throw lg::InvalidParameterException("The specified nextToken is invalid.");
        }
    }
    return page;
}

/// Drops the items of earlier pages: those that are not after the key. Names are the keys, so that
/// pages stay right while streams come and go.
template <class Items, class After>
void skip(Items& items, const api::PageRequest& page, After after) {
    if (page.after) {
        std::erase_if(items, [&](const auto& item) { return !after(item, *page.after); });
    }
}

/// Orders by last event and name; a fixed width keeps the order of text that of numbers.
std::string event_key(const store::LogStreamInfo& stream) {
    std::string time = std::to_string(stream.last_event_ms.value_or(0));
    return std::string(20 - std::min<std::size_t>(time.size(), 20), '0') + time + "/" + stream.name;
}

}  // namespace

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

void throw_no_group() {
    throw lg::ResourceNotFoundException("The specified log group does not exist.");
}

lg::CreateLogGroupResponse GroupFamily::create_log_group(const api::CallContext& context,
                                                         const lg::CreateLogGroupRequest& request) {
    if (!log_store(dependencies_, context).create_group(request.log_group_name)) {
        throw lg::ResourceAlreadyExistsException("The specified log group already exists");
    }
    return {};
}

lg::DeleteLogGroupResponse GroupFamily::delete_log_group(const api::CallContext& context,
                                                         const lg::DeleteLogGroupRequest& request) {
    if (!log_store(dependencies_, context).delete_group(request.log_group_name)) {
        throw_no_group();
    }
    return {};
}

lg::PutRetentionPolicyResponse GroupFamily::put_retention_policy(
    const api::CallContext& context, const lg::PutRetentionPolicyRequest& request) {
    if (std::find(retentions.begin(), retentions.end(), request.retention_in_days) ==
        retentions.end()) {
        throw lg::InvalidParameterException("'retentionInDays' cannot be " +
                                            std::to_string(request.retention_in_days) + ".");
    }
    if (!log_store(dependencies_, context)
             .set_retention(request.log_group_name, request.retention_in_days)) {
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

lg::DescribeLogStreamsResponse StreamFamily::describe_log_streams(
    const api::CallContext& context, const lg::DescribeLogStreamsRequest& request) {
    const bool by_time = request.order_by == lg::OrderBy::last_event_time;
    if (by_time && request.log_stream_name_prefix) {
        throw lg::InvalidParameterException(
            "Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const std::string group = group_name(request.log_group_name, request.log_group_identifier);
    const auto scope = api::page_scope("DescribeLogStreams", context, request);
    const auto page = page_of(dependencies_.page_tokens, scope, request);
    auto streams = log_store(dependencies_, context)
                       .streams(group, request.log_stream_name_prefix.value_or(""));
    if (!streams) {
        throw_no_group();
    }
    const bool descending = request.descending.value_or(false);
    const auto key_of = [by_time](const store::LogStreamInfo& stream) {
        return by_time ? event_key(stream) : stream.name;
    };
    const auto before = [&](const std::string& a, const std::string& b) {
        return descending ? a > b : a < b;
    };
    std::sort(streams->begin(), streams->end(),
              [&](const auto& a, const auto& b) { return before(key_of(a), key_of(b)); });
    skip(*streams, page,
         [&](const auto& stream, const auto& key) { return before(key, key_of(stream)); });
    auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(*streams), key_of);
    lg::DescribeLogStreamsResponse response{.log_streams = std::vector<lg::LogStream>{},
                                            .next_token = cut.next_token};
    for (const auto& stream : cut.items) {
        response.log_streams->push_back(view(context, group, stream));
    }
    return response;
}

}  // namespace goldsmith::service::logs
