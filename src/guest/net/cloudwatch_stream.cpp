#include "guest/net/cloudwatch_stream.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/encoding.h"
#include "guest/json_text.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Limits of the service: 1 MiB and 10 000 events in a request, 26 bytes counted for each event.
constexpr std::size_t most_batch_bytes = 1'048'576;
constexpr std::size_t most_batch_events = 10'000;
constexpr std::size_t event_overhead = 26;
constexpr std::size_t most_event_bytes = 256 * 1024 - event_overhead;
/// More than this waiting makes the run wait.
constexpr std::size_t most_queued_bytes = 4U << 20;
constexpr auto batch_delay = 1s;
constexpr auto moment = 100ms;

std::size_t size_of(const LogEvent& event) {
    return event.message.size() + event_overhead;
}

}  // namespace

std::vector<LogEvent> split_into_events(std::string_view message, std::int64_t time) {
    const std::string text = message.empty() ? " " : utf8_text(message);
    std::vector<LogEvent> events;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = std::min(begin + most_event_bytes, text.size());
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
            --end;  // not within a character
        }
        events.push_back({time, text.substr(begin, end - begin)});
        begin = end;
    }
    return events;
}

std::size_t batch_size(const std::deque<LogEvent>& events) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const LogEvent& event : events) {
        if (count == most_batch_events || bytes + size_of(event) > most_batch_bytes) {
            break;
        }
        bytes += size_of(event);
        ++count;
    }
    return count;
}

CloudWatchStream::CloudWatchStream(const base::Clock& clock, const Environment& environment,
                                   LogStreamName name, const Patience& patience)
    : clock_(clock), name_(std::move(name)), aws_(clock, environment) {
    if (name_.region.empty()) {
        name_.region = aws_.region_for(AwsService::logs, patience);
    }
    make_stream(patience);
    thread_ = std::thread([this] { work(); });
}

CloudWatchStream::~CloudWatchStream() {
    if (thread_.joinable()) {
        finish(0ms);
    }
}

void CloudWatchStream::call(const std::string& operation, const std::string& body,
                            const Patience& patience) {
    aws_.call_json(AwsService::logs, name_.region, "Logs_20140328." + operation, body, patience);
}

void CloudWatchStream::make_stream(const Patience& patience) {
    const std::string body = json::serialize(
        json::object{{"logGroupName", name_.group}, {"logStreamName", name_.stream}});
    const auto attempt = [&](const std::string& operation, const std::string& input) {
        try {
            call(operation, input, patience);
        } catch (const AwsFailure& failure) {
            if (failure.code() != "ResourceAlreadyExistsException") {
                throw;
            }
        }
    };
    try {
        try {
            attempt("CreateLogStream", body);
        } catch (const AwsFailure& failure) {
            if (failure.code() != "ResourceNotFoundException") {
                throw;
            }
            attempt("CreateLogGroup", json::serialize(json::object{{"logGroupName", name_.group}}));
            attempt("CreateLogStream", body);
        }
    } catch (const RunStopped&) {
        throw;
    } catch (const base::Error& error) {
        throw RemoteFailure("the log stream '" + name_.stream + "' of the group '" + name_.group +
                            "' cannot be written: " + base::error_chain(error));
    }
}

void CloudWatchStream::send(std::string_view message) {
    const std::int64_t now = clock_.now().time_since_epoch().count();
    for (LogEvent& event : split_into_events(message, now)) {
        auto queue = queue_.lock();
        while (!queue->problem && queue->bytes > most_queued_bytes) {
            queue.wait_until(changed_, steady_clock::now() + moment,
                             [&] { return queue->problem || queue->bytes <= most_queued_bytes; });
        }
        if (queue->problem) {
            return;  // nobody will take it any more
        }
        const bool first = queue->events.empty();
        queue->bytes += size_of(event);
        queue->events.push_back(std::move(event));
        if (first || queue->bytes >= most_batch_bytes) {
            changed_.notify_all();
        }
    }
}

void CloudWatchStream::put(const std::vector<LogEvent>& batch) {
    json::array events;
    for (const LogEvent& event : batch) {
        events.push_back(json::object{{"timestamp", event.time}, {"message", event.message}});
    }
    call("PutLogEvents",
         json::serialize(json::object{{"logGroupName", name_.group},
                                      {"logStreamName", name_.stream},
                                      {"logEvents", std::move(events)}}),
         {abandon_, {}});
}

void CloudWatchStream::work() {
    for (;;) {
        std::vector<LogEvent> batch;
        {
            auto queue = queue_.lock();
            while (queue->events.empty() && !queue->closing) {
                queue.wait_until(changed_, steady_clock::now() + 60s,
                                 [&] { return !queue->events.empty() || queue->closing; });
            }
            queue.wait_until(changed_, steady_clock::now() + batch_delay,
                             [&] { return queue->closing || queue->bytes >= most_batch_bytes; });
            if (queue->events.empty()) {
                return;
            }
            const auto end =
                queue->events.begin() + static_cast<std::ptrdiff_t>(batch_size(queue->events));
            queue->busy = true;
            batch.assign(std::make_move_iterator(queue->events.begin()),
                         std::make_move_iterator(end));
            queue->events.erase(queue->events.begin(), end);
            for (const LogEvent& event : batch) {
                queue->bytes -= size_of(event);
            }
        }
        changed_.notify_all();
        try {
            put(batch);
            queue_.lock()->busy = false;
            changed_.notify_all();
        } catch (const std::exception& error) {
            auto queue = queue_.lock();
            queue->busy = false;
            queue->problem = "the log stream '" + name_.stream + "' of the group '" + name_.group +
                             "' does not take the log: " + base::error_chain(error);
            queue->events.clear();
            queue->bytes = 0;
            changed_.notify_all();
            return;
        }
    }
}

std::optional<std::string> CloudWatchStream::finish(std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    bool sent = false;
    {
        auto queue = queue_.lock();
        queue->closing = true;
        changed_.notify_all();
        sent = queue.wait_until(changed_, until, [&] {
            return queue->problem || (queue->events.empty() && !queue->busy);
        });
    }
    if (!sent) {
        abandon_.request();
    }
    thread_.join();
    auto queue = queue_.lock();
    return queue->problem;
}

}  // namespace goldsmith::guest
