// One process that the agent runs for an exec request: its pipes, its input that waits, its end.
// Used by Agent only; one thread.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "guest/messages.h"

namespace goldsmith::guest {

class AgentProcess {
public:
    using Clock = std::chrono::steady_clock;
    /// Called with each chunk of output.
    using Output = std::function<void(std::string_view chunk, bool is_stderr)>;

    /// Throws base::Error when the program cannot be started.
    explicit AgentProcess(const ExecRequest& request);
    /// Kills the process group.
    ~AgentProcess();
    AgentProcess(const AgentProcess&) = delete;
    AgentProcess& operator=(const AgentProcess&) = delete;

    /// An empty chunk closes the input.
    void take_input(std::string_view chunk);
    std::size_t waiting_input() const { return input_.size(); }
    void signal(int number) { child_.signal_group(number); }

    /// Adds what it waits for; output only when the host takes more.
    void add_to(std::vector<pollfd>& entries, bool with_output) const;
    /// Moves what can be moved without waiting.
    void pump(bool with_output, const Output& output);
    /// How it ended, once all output has been passed on (or given up).
    std::optional<Exited> ended(bool with_output);
    /// When ended() should be asked again although nothing became readable.
    std::optional<Clock::time_point> wake_at() const;

private:
    void read_from(base::Fd& pipe, bool is_stderr, const Output& output);
    void write_input();

    base::Child child_;
    base::Fd pidfd_;
    std::string input_;
    bool input_ends_ = false;
    std::optional<base::ExitStatus> status_;
    std::optional<Clock::time_point> give_up_output_at_;
};

}  // namespace goldsmith::guest
