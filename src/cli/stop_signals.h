// StopSignals: SIGINT and SIGTERM as a request to stop, so that a command ends what it started and
// removes what it made. Make it before any other thread.
#pragma once

#include <stop_token>
#include <thread>

namespace goldsmith::cli {

class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread thread_;
};

}  // namespace goldsmith::cli
