// CloudWatchStream sends lines to a CloudWatch Logs stream from a thread of its own, in batches, so
// that a slow service does not slow the run down; only a full queue (4 MiB) makes send() wait. send
// and finish are for one thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "guest/net/aws_client.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

struct LogEvent {
    std::int64_t time = 0;  ///< milliseconds since 1970
    std::string message;
};

/// A message as events that the service takes: never empty, at most 256 KiB each, UTF-8.
std::vector<LogEvent> split_into_events(std::string_view message, std::int64_t time);

/// How many events from the front fit into one request.
std::size_t batch_size(const std::deque<LogEvent>& events);

class CloudWatchStream final : public LogStream {
public:
    /// Makes the stream, and its group if need be. Throws RemoteFailure, and as Patience::check.
    CloudWatchStream(const base::Clock& clock, const Environment& environment, LogStreamName name,
                     const Patience& patience);
    ~CloudWatchStream() override;

    void send(std::string_view message) override;
    std::optional<std::string> finish(std::chrono::milliseconds limit) override;

private:
    struct Queue {
        std::deque<LogEvent> events;
        std::size_t bytes = 0;
        bool busy = false;  ///< a request is under way
        bool closing = false;
        std::optional<std::string> problem;
    };

    void make_stream(const Patience& patience);
    void call(const std::string& operation, const std::string& body, const Patience& patience);
    void work();
    void put(const std::vector<LogEvent>& batch);

    const base::Clock& clock_;
    LogStreamName name_;
    AwsClient aws_;
    base::Guarded<Queue> queue_;
    std::condition_variable changed_;
    StopSignal abandon_;
    std::thread thread_;
};

}  // namespace goldsmith::guest
