#include "service/logs/events.h"

#include <boost/json.hpp>

#include <algorithm>

#include "api/generated/logs/errors.h"
#include "api/generated/logs/events_json.h"
#include "api/paging.h"
#include "base/error.h"
#include "service/logs/filter_pattern.h"
#include "service/logs/groups.h"
#include "service/logs/retention.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

constexpr std::size_t most_events = 10'000;

template <class Request>
store::LogQuery query_of(const Request& request) {
    store::LogQuery query;
    query.start_ms = request.start_time;
    query.end_ms = request.end_time;
    query.limit = request.limit ? static_cast<std::size_t>(*request.limit) : most_events;
    query.token = request.next_token.value_or("");
    return query;
}

/// Where to begin so that nothing is shown which the group's retention has given up.
std::optional<std::int64_t> unexpired(const std::optional<std::int64_t>& start,
                                      const std::optional<std::int64_t>& expired_before) {
    return expired_before ? std::max(start.value_or(0), *expired_before) : start;
}

/// The streams that a search goes through, in order of their names.
std::vector<std::string> streams_of(const store::LogStore& store, const std::string& group,
                                    const lg::FilterLogEventsRequest& request) {
    const auto streams = store.streams(group, request.log_stream_name_prefix.value_or(""));
    if (!streams) {
        throw_no_group();
    }
    std::vector<std::string> names;
    const auto& wanted = request.log_stream_names;
    for (const auto& stream : *streams) {
        if (!wanted || std::find(wanted->begin(), wanted->end(), stream.name) != wanted->end()) {
            names.push_back(stream.name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Where a search goes on: a stream, and the token of the page in it ("" = its beginning).
struct Place {
    std::string stream{};
    std::string token{};
};

Place place_of(const std::string& key) {
    const auto at = key.find('\n');
    return {key.substr(0, at), at == std::string::npos ? "" : key.substr(at + 1)};
}

/// A stream is read in pages of this many events; a search ends its own page when one of them has
/// brought it to its limit, so that no event is skipped or shown twice.
std::size_t step(std::size_t limit) {
    return std::min<std::size_t>(limit, 1000);
}

class Search {
public:
    Search(const store::LogStore& store, std::string group,
           const lg::FilterLogEventsRequest& request, FilterPattern pattern,
           std::optional<std::int64_t> expired_before)
        : store_(store),
          expired_before_(expired_before),
          group_(std::move(group)),
          request_(request),
          pattern_(std::move(pattern)) {}

    /// Appends events until the limit; returns where to go on, nothing at the end.
    std::optional<Place> run(const std::vector<std::string>& streams, Place from,
                             std::vector<lg::FilteredLogEvent>& events) {
        const std::size_t limit =
            request_.limit ? static_cast<std::size_t>(*request_.limit) : most_events;
        for (const std::string& stream : streams) {
            if (stream < from.stream) {
                continue;
            }
            std::string token = stream == from.stream ? from.token : "";
            for (;;) {
                if (events.size() >= limit) {
                    return Place{stream, token};
                }
                const auto next = read(stream, token, limit - events.size(), events);
                if (!next || *next == token) {
                    break;
                }
                token = *next;
            }
        }
        return std::nullopt;
    }

private:
    std::optional<std::string> read(const std::string& stream, const std::string& token,
                                    std::size_t room, std::vector<lg::FilteredLogEvent>& events) {
        store::LogQuery query = query_of(request_);
        query.start_ms = unexpired(query.start_ms, expired_before_);
        query.limit = step(room);
        query.token = token;
        query.start_from_head = true;
        const auto page = store_.read(group_, stream, query);
        if (!page || page->events.empty()) {
            return std::nullopt;
        }
        for (const auto& event : page->events) {
            if (pattern_.matches(event.message)) {
                events.push_back({.log_stream_name = stream,
                                  .timestamp = event.timestamp_ms,
                                  .message = event.message,
                                  .ingestion_time = event.ingested_ms,
                                  .event_id = stream + "/" + std::to_string(event.position)});
            }
        }
        return page->forward_token;
    }

    const store::LogStore& store_;
    std::optional<std::int64_t> expired_before_;
    std::string group_;
    const lg::FilterLogEventsRequest& request_;
    FilterPattern pattern_;
};

void sort_by_time(std::vector<lg::FilteredLogEvent>& events) {
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
}

}  // namespace

lg::GetLogEventsResponse EventFamily::get_log_events(const api::CallContext& context,
                                                     const lg::GetLogEventsRequest& request) {
    const std::string group = group_name(request.log_group_name, request.log_group_identifier);
    const auto store = log_store(dependencies_, context);
    store::LogQuery query = query_of(request);
    query.start_ms = unexpired(query.start_ms, expired_before(store, group, context.now));
    query.start_from_head = request.start_from_head.value_or(false);
    std::optional<store::LogPage> page;
    try {
        page = store.read(group, request.log_stream_name, query);
    } catch (const base::SystemError&) {
        throw;
    } catch (const base::Error& error) {
        throw lg::InvalidParameterException(error.what());
    }
    if (!page) {
        if (!store.group(group)) {
            throw_no_group();
        }
        throw lg::ResourceNotFoundException("The specified log stream does not exist.");
    }
    lg::GetLogEventsResponse response{.events = std::vector<lg::OutputLogEvent>{},
                                      .next_forward_token = page->forward_token,
                                      .next_backward_token = page->backward_token};
    for (const auto& event : page->events) {
        response.events->push_back({.timestamp = event.timestamp_ms,
                                    .message = event.message,
                                    .ingestion_time = event.ingested_ms});
    }
    return response;
}

lg::FilterLogEventsResponse EventFamily::filter_log_events(
    const api::CallContext& context, const lg::FilterLogEventsRequest& request) {
    const std::string group = group_name(request.log_group_name, request.log_group_identifier);
    if (request.log_stream_names && request.log_stream_name_prefix) {
        throw lg::InvalidParameterException(
            "'logStreamNames' and 'logStreamNamePrefix' exclude each other.");
    }
    auto pattern = FilterPattern::parse(request.filter_pattern.value_or(""));
    if (!pattern) {
        throw lg::InvalidParameterException(
            "The filter pattern is not understood: only words, \"phrases\", -word and ?word are.");
    }
    const auto scope = api::page_scope("FilterLogEvents", context, request);
    Place from;
    if (request.next_token) {
        const auto key = dependencies_.page_tokens.open(scope, *request.next_token);
        if (!key) {
            throw lg::InvalidParameterException("The specified nextToken is invalid.");
        }
        from = place_of(*key);
    }
    const auto store = log_store(dependencies_, context);
    const auto streams = streams_of(store, group, request);
    lg::FilterLogEventsResponse response{
        .events = std::vector<lg::FilteredLogEvent>{},
        .searched_log_streams = std::vector<lg::SearchedLogStream>{}};
    Search search(store, group, request, std::move(*pattern),
                  expired_before(store, group, context.now));
    const auto next = search.run(streams, from, *response.events);
    sort_by_time(*response.events);
    if (next) {
        response.next_token =
            dependencies_.page_tokens.make(scope, next->stream + "\n" + next->token);
    }
    for (const std::string& stream : streams) {
        response.searched_log_streams->push_back(
            {.log_stream_name = stream, .searched_completely = !next || stream < next->stream});
    }
    return response;
}

}  // namespace goldsmith::service::logs
