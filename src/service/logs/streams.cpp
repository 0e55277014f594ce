#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/logs/errors.h"
#include "api/generated/logs/streams_json.h"
#include "service/logs/groups.h"
#include "service/logs/paging.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

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

/// Orders by last event and name; a fixed width keeps the order of text that of numbers.
std::string event_key(const store::LogStreamInfo& stream) {
    std::string time = std::to_string(stream.last_event_ms.value_or(0));
    return std::string(20 - std::min<std::size_t>(time.size(), 20), '0') + time + "/" + stream.name;
}

}  // namespace

lg::CreateLogStreamResponse StreamFamily::create_log_stream(
    const api::CallContext& context, const lg::CreateLogStreamRequest& request) {
    const auto store = log_store(dependencies_, context);
    if (!store.group(request.log_group_name)) {
        throw_no_group();
    }
    if (request.log_stream_name.empty()) {
        throw lg::InvalidParameterException("A log stream's name has 1 to 512 characters.");
    }
    if (!log_store(dependencies_, context)
             .create_stream(request.log_group_name, request.log_stream_name)) {
        throw lg::ResourceAlreadyExistsException("The specified log stream already exists");
    }
    return {};
}

lg::DeleteLogStreamResponse StreamFamily::delete_log_stream(
    const api::CallContext& context, const lg::DeleteLogStreamRequest& request) {
    auto store = log_store(dependencies_, context);
    if (!store.group(request.log_group_name)) {
        throw_no_group();
    }
    if (!store.delete_stream(request.log_group_name, request.log_stream_name)) {
        throw_no_stream();
    }
    return {};
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
