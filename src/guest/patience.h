// Patience: how long somebody may be waited for. Until the step's time is over, or until the run is
// stopped. Borrows; a value for one thread.
#pragma once

#include "guest/command_process.h"
#include "guest/stop_signal.h"

namespace goldsmith::guest {

struct Patience {
    const StopSignal& stop;
    Deadline deadline;  ///< of the step; none: only a stop ends it

    /// Throws RunStopped or StepTimedOut when it is time to end.
    void check() const;
    /// Waits; throws as check.
    void sleep(std::chrono::milliseconds duration) const;
    /// Waits until `fd` shows one of the poll(2) `events`, at most until `until`. What it shows, or
    /// 0 when that time is over; throws as check.
    short wait_for(int fd, short events, std::chrono::steady_clock::time_point until) const;
};

}  // namespace goldsmith::guest
