// Runs one command of a step: streams its output, keeps its deadline, ends everything it started
// when time is up or a stop was requested. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "base/process.h"
#include "guest/stop_signal.h"

namespace goldsmith::guest {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

struct CommandEvents {
    std::function<void(std::string_view chunk)> on_stdout;
    std::function<void(std::string_view chunk)> on_stderr;
    /// All output that was there has been delivered; a good moment to flush.
    std::function<void()> on_idle;
};

struct CommandEnd {
    base::ExitStatus status;
    bool timed_out = false;
    bool stopped = false;
};

/// Throws base::Error when the command cannot be started, and whatever the events throw (the
/// processes are ended first). Background processes that keep the output open do not hold it up:
/// after the command itself has ended they get a moment to finish and are then left alone.
CommandEnd run_command(const base::Command& command, Deadline deadline, const StopSignal& stop,
                       const CommandEvents& events);

}  // namespace goldsmith::guest
