// Scheduler: the thread that does what becomes due by itself (service::DueWork, and what is given
// as `also`). It looks once a second, by one indexed query each. A failure is logged and tried
// again.
#pragma once

#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "service/dependencies.h"

namespace goldsmith::daemon {

class Scheduler {
public:
    /// The clock must outlive it, and what the dependencies refer to. It works until destroyed.
    Scheduler(const service::Dependencies& dependencies, const base::Clock& clock, base::Logger log,
              std::function<void(base::Time)> also);

private:
    std::jthread thread_;
};

}  // namespace goldsmith::daemon
