// RunObserver sees a run as it happens; for live output. Called on the executor's thread.
#pragma once

#include <string_view>

#include "guest/run_record.h"

namespace goldsmith::guest {

class RunObserver {
public:
    virtual ~RunObserver() = default;
    /// Its location, masked.
    virtual void document_started(std::string_view) {}
    virtual void phase_started(const PhaseRecord&) {}
    virtual void step_started(const StepRecord&) {}
    virtual void step_finished(const StepRecord&) {}
    /// A line of console.log, masked.
    virtual void message(std::string_view) {}
};

}  // namespace goldsmith::guest
