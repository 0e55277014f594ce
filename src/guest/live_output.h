// What `toe run` shows on standard error while it works: every log message (--trace), or an
// overview for people (--watch): phases, steps with their time, the last lines of a step that
// failed. On a terminal the running step's line is kept up to date in place, by a thread of its
// own, so that a silent command can be seen to run.
#pragma once

#include <condition_variable>
#include <deque>
#include <ostream>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "guest/run_observer.h"

namespace goldsmith::guest {

enum class LiveMode { silent, trace, watch };

class LiveOutput final : public RunObserver {
public:
    /// `terminal_columns`: the width of the terminal that `out` is; 0 when it is none.
    LiveOutput(std::ostream& out, LiveMode mode, std::size_t terminal_columns);
    ~LiveOutput() override;

    void document_started(std::string_view location) override;
    void phase_started(const PhaseRecord& phase) override;
    void step_started(const StepRecord& step) override;
    void step_finished(const StepRecord& step) override;
    void message(std::string_view text) override;

private:
    using Clock = std::chrono::steady_clock;
    struct Running {
        std::string step;  ///< empty: none runs
        std::string action;
        Clock::time_point since{};
        std::deque<std::string> last_lines;
        bool ended = false;  ///< we are being destroyed
    };

    bool watching() const { return mode_ == LiveMode::watch; }
    void keep_line_current();
    void show_running(const Running& running);
    std::string coloured(std::string_view text, const char* colour) const;

    std::ostream& out_;
    LiveMode mode_;
    std::size_t columns_;
    base::Guarded<Running> running_;  ///< also guards out_
    std::condition_variable ended_;
    std::jthread refresher_;
};

}  // namespace goldsmith::guest
