// PutLogEvents: events that clients bring, among them toe outside of our own builds.
#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/logs/errors.h"
#include "service/logs/events.h"
#include "service/logs/groups.h"
#include "service/logs/retention.h"
#include "service/milliseconds.h"
#include "store/log_stream.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

constexpr std::size_t largest_batch_bytes = 1'048'576;
constexpr std::size_t bytes_per_event = 26;  // that AWS adds to each when it counts
constexpr std::chrono::hours into_the_future{2};
constexpr std::chrono::hours into_the_past{14 * 24};
constexpr std::int64_t longest_batch_ms = 24LL * 3600 * 1000;

void check_batch(const std::vector<lg::InputLogEvent>& events) {
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < events.size(); ++at) {
        bytes += events[at].message.size() + bytes_per_event;
        if (at > 0 && events[at].timestamp < events[at - 1].timestamp) {
            throw lg::InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order.");
        }
    }
    if (bytes > largest_batch_bytes) {
        throw lg::InvalidParameterException("Upload too large: " + std::to_string(bytes) +
                                            " bytes exceeds limit of 1048576");
    }
    if (events.back().timestamp - events.front().timestamp > longest_batch_ms) {
        throw lg::InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours.");
    }
}

}  // namespace

lg::PutLogEventsResponse EventFamily::put_log_events(const api::CallContext& context,
                                                     const lg::PutLogEventsRequest& request) {
    check_batch(request.log_events);
    auto store = log_store(dependencies_, context);
    const auto streams = store.streams(request.log_group_name, request.log_stream_name);
    if (!streams) {
        throw_no_group();
    }
    if (std::ranges::find(*streams, request.log_stream_name, &store::LogStreamInfo::name) ==
        streams->end()) {
        throw_no_stream();
    }
    const auto newest = to_ms(context.now + into_the_future);
    const auto oldest = to_ms(context.now - into_the_past);
    const auto expired = expired_before(store, request.log_group_name, context.now);
    lg::RejectedLogEventsInfo rejected;
    std::vector<store::LogEvent> taken;
    for (std::size_t at = 0; at < request.log_events.size(); ++at) {
        const auto& event = request.log_events[at];
        const auto index = static_cast<std::int32_t>(at);
        if (event.timestamp > newest) {
            rejected.too_new_log_event_start_index =
                rejected.too_new_log_event_start_index.value_or(index);
        } else if (event.timestamp < oldest) {
            rejected.too_old_log_event_end_index = index + 1;
        } else if (expired && event.timestamp < *expired) {
            rejected.expired_log_event_end_index = index + 1;
        } else {
            taken.push_back({.timestamp_ms = event.timestamp, .message = event.message});
        }
    }
    if (!taken.empty()) {
        store.writer(request.log_group_name, request.log_stream_name).append(taken);
    }
    lg::PutLogEventsResponse response{.next_sequence_token = "0"};
    if (taken.size() < request.log_events.size()) {
        response.rejected_log_events_info = rejected;
    }
    return response;
}

}  // namespace goldsmith::service::logs
