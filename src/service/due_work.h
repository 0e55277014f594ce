// DueWork: what happens by itself when its time has come: scheduled runs of pipelines, the daily
// runs of lifecycle policies, lifecycle executions. What is due stands in the table of timers, so
// that nothing is lost when the server is off; what became due meanwhile is done once. Used by the
// daemon on a thread of its own, and by tests with a time of their own. One thread at a time.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "service/dependencies.h"

namespace goldsmith::service {

class DueWork {
public:
    /// Told of work that could not be done: its subject, and why. It is tried again a minute later.
    using OnFailure = std::function<void(const std::string& subject, const std::string& why)>;

    DueWork(const Dependencies& dependencies, OnFailure on_failure)
        : dependencies_(dependencies), on_failure_(std::move(on_failure)) {}

    /// Does what is due, and what becomes due by doing it.
    void turn(base::Time now);

private:
    Dependencies dependencies_;
    OnFailure on_failure_;
};

}  // namespace goldsmith::service
