// Processes: a command is a value (program, arguments, environment, folder), built by pure
// functions and compared whole in tests; there is no way to pass a shell string. One spawn
// function. Child owns a running process and its process group: destroying it ends the group (TERM,
// grace, KILL). Not thread-safe; one thread owns a Child.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace goldsmith::base {

struct Command {
    /// Looked up in PATH when it holds no slash.
    std::string program;
    std::vector<std::string> arguments;
    /// Added to (or replacing) the inherited environment; with `clear_environment` it is all there
    /// is.
    std::map<std::string, std::string> environment;
    bool clear_environment = false;
    /// Working folder; empty keeps ours.
    std::string directory;

    bool operator==(const Command&) const = default;
    /// For messages only: arguments quoted where needed.
    std::string describe() const;
};

/// How a process ended.
struct ExitStatus {
    std::optional<int> exit_code;
    std::optional<int> signal;

    bool success() const { return exit_code == 0; }
    /// "exit code 3" or "killed by signal 9 (Killed)".
    std::string describe() const;
};

/// What happens to one of the standard streams of a child.
struct Stdio {
    enum class Kind { null, pipe, inherit, fd };
    Kind kind = Kind::null;
    /// For Kind::fd: borrowed for the duration of spawn().
    int fd = -1;

    static Stdio null() { return {}; }
    static Stdio pipe() { return {Kind::pipe, -1}; }
    static Stdio inherit() { return {Kind::inherit, -1}; }
    static Stdio from_fd(int fd) { return {Kind::fd, fd}; }
};

struct SpawnOptions {
    Stdio stdin_from = Stdio::null();
    Stdio stdout_to = Stdio::null();
    Stdio stderr_to = Stdio::null();
    /// The kernel kills the child when the thread that spawned it ends (so spawn from a thread that
    /// lives as long as the child should).
    bool die_with_parent = false;
    /// A session of its own: survives us and our terminal. Implies its own process group.
    bool new_session = false;
    /// Stays in our process group, so that a terminal's keys reach it as they reach us. Such a
    /// child is signalled alone.
    bool same_group = false;
    /// Our descriptors that stay open in the child under the same number.
    std::vector<int> keep_fds;
};

class Child {
public:
    Child(Child&&) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    pid_t pid() const noexcept { return pid_; }
    /// Our ends of streams given as Stdio::pipe().
    Fd stdin_pipe;
    Fd stdout_pipe;
    Fd stderr_pipe;

    /// Nothing while it runs.
    std::optional<ExitStatus> poll();
    /// Waits until it ends or the deadline passes or a stop is requested (then nothing).
    std::optional<ExitStatus> wait_for(std::chrono::milliseconds limit, std::stop_token stop = {});
    ExitStatus wait();
    /// Sends a signal to the whole process group.
    void signal_group(int signal_number);
    /// TERM to the group, `grace`, KILL to the group, reap. Returns how the leader ended.
    ExitStatus end(std::chrono::milliseconds grace = std::chrono::seconds(5));
    /// Leaves the process running; we no longer own it.
    void detach() noexcept { pid_ = -1; }

private:
    friend Child spawn(const Command&, const SpawnOptions&);
    Child(pid_t pid, bool leads_group) : pid_(pid), leads_group_(leads_group) {}
    pid_t pid_ = -1;
    bool leads_group_ = true;
    std::optional<ExitStatus> ended_;
};

/// Starts the command in a process group of its own. Throws Error naming the program when it cannot
/// be executed (missing, not executable), not only when fork fails.
Child spawn(const Command& command, const SpawnOptions& options = {});

struct ProcessResult {
    ExitStatus status;
    std::string stdout_text;
    std::string stderr_text;
    bool timed_out = false;
};

struct RunOptions {
    std::string stdin_text;
    std::optional<std::chrono::milliseconds> timeout;
    /// Output beyond this is dropped from the front (the end is what explains a failure).
    std::size_t keep_bytes = 16U << 20;
    std::stop_token stop;
    bool die_with_parent = false;
    /// Called with each chunk of output as it arrives; is_stderr tells the stream.
    std::function<void(std::string_view chunk, bool is_stderr)> on_output;
};

/// Runs to the end and collects output. Does not judge the exit code.
ProcessResult run(const Command& command, const RunOptions& options = {});

/// A command that had to succeed did not.
class ProcessFailed : public Error {
public:
    ProcessFailed(const Command& command, const ProcessResult& result);
    const ExitStatus& status() const noexcept { return status_; }

private:
    ExitStatus status_;
};

/// run(), and ProcessFailed (with the last lines of stderr) unless it exits with 0. Returns stdout.
std::string run_checked(const Command& command, const RunOptions& options = {});

/// The full path of a program in PATH (with /usr/sbin and /sbin added), or nothing.
std::optional<std::string> find_program(std::string_view name);

}  // namespace goldsmith::base
