// What `toe run` shows on standard error while it works: every log message (--trace), or an
// overview for people (--watch): phases, steps with their time, the last lines of a step that
// failed.
#pragma once

#include <deque>
#include <ostream>
#include <string>

#include "guest/run_observer.h"

namespace goldsmith::guest {

enum class LiveMode { silent, trace, watch };

class LiveOutput final : public RunObserver {
public:
    /// With `terminal`, the line of the running step is rewritten in place and coloured.
    LiveOutput(std::ostream& out, LiveMode mode, bool terminal)
        : out_(out), mode_(mode), terminal_(terminal) {}

    void document_started(const DocumentRecord& document) override;
    void phase_started(const PhaseRecord& phase) override;
    void step_started(const StepRecord& step) override;
    void step_finished(const StepRecord& step) override;
    void message(std::string_view text) override;

private:
    std::string coloured(std::string_view text, const char* colour) const;

    std::ostream& out_;
    LiveMode mode_;
    bool terminal_;
    std::deque<std::string> last_lines_;
};

}  // namespace goldsmith::guest
