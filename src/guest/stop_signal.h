// StopSignal: "end now, cleanly", as set by SIGTERM or SIGINT. request() is async-signal-safe. The
// rest is for any thread.
#pragma once

#include <atomic>

#include "base/fd.h"

namespace goldsmith::guest {

class StopSignal {
public:
    StopSignal() : pipe_(base::make_pipe()) {}

    /// Wakes everybody who polls wake_fd().
    void request() noexcept;
    bool requested() const noexcept { return requested_.load(); }
    /// Readable once a stop was requested.
    int wake_fd() const noexcept { return pipe_.read_end.get(); }

private:
    base::Pipe pipe_;
    std::atomic<bool> requested_{false};
};

}  // namespace goldsmith::guest
