#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/files.h"

namespace goldsmith::base {

std::string Command::describe() const {
    std::string text = program;
    for (const std::string& argument : arguments) {
        const bool plain = !argument.empty() &&
                           argument.find_first_of(" \t\n'\"\\$`*?<>|&;()") == std::string::npos;
        text += plain ? " " + argument : " '" + argument + "'";
    }
    return text;
}

std::string ExitStatus::describe() const {
    if (exit_code) {
        return "exit code " + std::to_string(*exit_code);
    }
    if (signal) {
        return "killed by signal " + std::to_string(*signal) + " (" + ::strsignal(*signal) + ")";
    }
    return "still running";
}

namespace {

ExitStatus from_wait_status(int status) {
    ExitStatus result;
    if (WIFEXITED(status)) {
        result.exit_code = WEXITSTATUS(status);
    } else if (WIFSIGNALED(status)) {
        result.signal = WTERMSIG(status);
    }
    return result;
}

/// Everything the child needs, prepared before fork: after it only async-signal-safe calls are
/// allowed, because other threads may hold the allocator's lock.
struct Prepared {
    std::string program;
    std::vector<std::string> environment;
    std::vector<char*> argument_pointers;
    std::vector<char*> environment_pointers;

    explicit Prepared(const Command& command) {
        const auto path = command.program.find('/') == std::string::npos
                              ? find_program(command.program)
                              : std::optional<std::string>(command.program);
        if (!path) {
            throw Error("program '" + command.program + "' is not installed (not found in PATH)");
        }
        program = *path;
        build_environment(command);
        argument_pointers.push_back(const_cast<char*>(command.program.c_str()));
        for (const std::string& argument : command.arguments) {
            argument_pointers.push_back(const_cast<char*>(argument.c_str()));
        }
        argument_pointers.push_back(nullptr);
    }

private:
    void build_environment(const Command& command) {
        if (!command.clear_environment) {
            for (char** entry = ::environ; *entry != nullptr; ++entry) {
                const std::string_view text = *entry;
                const std::string name(text.substr(0, text.find('=')));
                if (!command.environment.contains(name)) {
                    environment.emplace_back(text);
                }
            }
        }
        for (const auto& [name, value] : command.environment) {
            environment.push_back(name + "=" + value);
        }
        for (std::string& entry : environment) {
            environment_pointers.push_back(entry.data());
        }
        environment_pointers.push_back(nullptr);
    }
};

struct Streams {
    Fd child_end[3];
    Fd our_end[3];
    int number[3] = {-1, -1, -1};
};

void prepare_stream(Streams& streams, std::size_t index, const Stdio& stdio) {
    switch (stdio.kind) {
        case Stdio::Kind::null:
            streams.child_end[index] = open_file("/dev/null", index == 0 ? O_RDONLY : O_WRONLY);
            break;
        case Stdio::Kind::pipe: {
            Pipe pipe = make_pipe();
            streams.child_end[index] = std::move(index == 0 ? pipe.read_end : pipe.write_end);
            streams.our_end[index] = std::move(index == 0 ? pipe.write_end : pipe.read_end);
            break;
        }
        case Stdio::Kind::inherit:
            streams.number[index] = static_cast<int>(index);
            return;
        case Stdio::Kind::fd:
            streams.number[index] = stdio.fd;
            return;
    }
    streams.number[index] = streams.child_end[index].get();
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const Prepared& prepared, const Command& command,
                         const SpawnOptions& options, const Streams& streams, int report_fd,
                         pid_t parent) {
    const auto fail = [report_fd] {
        const int error_number = errno;
        [[maybe_unused]] const ssize_t put = ::write(report_fd, &error_number, sizeof error_number);
        ::_exit(127);
    };
    if (options.new_session ? ::setsid() < 0 : !options.same_group && ::setpgid(0, 0) != 0) {
        fail();
    }
    if (options.die_with_parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) {
            ::_exit(127);  // the parent died before the request took effect
        }
    }
    // Sources may overlap with 0..2, so move all of them out of the way first.
    int moved[3];
    for (int i = 0; i < 3; ++i) {
        moved[i] = ::fcntl(streams.number[i], F_DUPFD_CLOEXEC, 10);
        if (moved[i] < 0) {
            fail();
        }
    }
    for (int i = 0; i < 3; ++i) {
        if (::dup2(moved[i], i) < 0) {
            fail();
        }
    }
    for (const int fd : options.keep_fds) {
        ::fcntl(fd, F_SETFD, 0);
    }
    if (!command.directory.empty() && ::chdir(command.directory.c_str()) != 0) {
        fail();
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // What we ignore is our business; a program expects to begin with the defaults.
    for (const int signal_number : {SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGTERM}) {
        ::signal(signal_number, SIG_DFL);
    }
    ::execve(prepared.program.c_str(), prepared.argument_pointers.data(),
             prepared.environment_pointers.data());
    fail();
    ::_exit(127);
}

}  // namespace

Child spawn(const Command& command, const SpawnOptions& options) {
    const Prepared prepared(command);
    Streams streams;
    prepare_stream(streams, 0, options.stdin_from);
    prepare_stream(streams, 1, options.stdout_to);
    prepare_stream(streams, 2, options.stderr_to);
    Pipe report = make_pipe();
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw SystemError("start " + command.program);
    }
    if (pid == 0) {
        become(prepared, command, options, streams, report.write_end.get(), parent);
    }
    report.write_end.reset();
    Child child(pid, options.new_session || !options.same_group);
    int error_number = 0;
    ssize_t got;
    do {
        got = ::read(report.read_end.get(), &error_number, sizeof error_number);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        child.wait();
        const std::string where =
            command.directory.empty() ? "" : " in folder " + command.directory;
        throw SystemError("start " + prepared.program + where, error_number);
    }
    child.stdin_pipe = std::move(streams.our_end[0]);
    child.stdout_pipe = std::move(streams.our_end[1]);
    child.stderr_pipe = std::move(streams.our_end[2]);
    return child;
}

Child::Child(Child&& other) noexcept
    : stdin_pipe(std::move(other.stdin_pipe)),
      stdout_pipe(std::move(other.stdout_pipe)),
      stderr_pipe(std::move(other.stderr_pipe)),
      pid_(std::exchange(other.pid_, -1)),
      leads_group_(other.leads_group_),
      ended_(std::move(other.ended_)) {}

Child::~Child() {
    if (pid_ > 0 && !ended_) {
        try {
            end();
        } catch (...) {
            ::kill(leads_group_ ? -pid_ : pid_, SIGKILL);
        }
    }
}

std::optional<ExitStatus> Child::poll() {
    if (!ended_ && pid_ > 0) {
        int status = 0;
        const pid_t got = ::waitpid(pid_, &status, WNOHANG);
        if (got == pid_) {
            ended_ = from_wait_status(status);
        } else if (got < 0 && errno != EINTR) {
            throw SystemError("wait for process " + std::to_string(pid_));
        }
    }
    return ended_;
}

std::optional<ExitStatus> Child::wait_for(std::chrono::milliseconds limit, std::stop_token stop) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    for (;;) {
        if (auto status = poll()) {
            return status;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || stop.stop_requested()) {
            return std::nullopt;
        }
        // Without a stop token the wait is exact; with one it wakes to look at it.
        const auto slice = stop.stop_possible() || !pidfd ? std::chrono::milliseconds(50) : left;
        pollfd entry{pidfd.get(), POLLIN, 0};
        ::poll(&entry, 1,
               static_cast<int>(std::min<long long>(std::min(left, slice).count(), 1 << 30)));
    }
}

ExitStatus Child::wait() {
    while (!ended_) {
        int status = 0;
        const pid_t got = ::waitpid(pid_, &status, 0);
        if (got == pid_) {
            ended_ = from_wait_status(status);
        } else if (errno != EINTR) {
            throw SystemError("wait for process " + std::to_string(pid_));
        }
    }
    return *ended_;
}

void Child::signal_group(int signal_number) {
    if (pid_ > 0) {
        ::kill(leads_group_ ? -pid_ : pid_, signal_number);
    }
}

ExitStatus Child::end(std::chrono::milliseconds grace) {
    signal_group(SIGTERM);
    if (!wait_for(grace)) {
        signal_group(SIGKILL);
        wait();
    }
    // The leader may have left others of its group behind.
    if (leads_group_) {
        signal_group(SIGKILL);
    }
    return *ended_;
}

namespace {

/// Keeps the last `limit` bytes of what is appended.
void append_bounded(std::string& text, std::string_view chunk, std::size_t limit) {
    text.append(chunk);
    if (text.size() > limit + limit / 4) {
        text.erase(0, text.size() - limit);
    }
}

/// A write to a child that closed its input must be an error, not a signal that kills us. Only this
/// thread's mask is touched, and the signal is taken back if the write raised it.
ssize_t write_without_signal(int fd, std::string_view data) {
    sigset_t pipe_signal;
    sigset_t before;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    const ssize_t put = ::write(fd, data.data(), data.size());
    const int error_number = errno;
    if (put < 0 && error_number == EPIPE) {
        const timespec now{};
        ::sigtimedwait(&pipe_signal, nullptr, &now);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error_number;
    return put;
}

/// Moves bytes between our pipe ends and the result until both outputs are closed or time is up.
class Pump {
public:
    Pump(Child& child, const RunOptions& options, ProcessResult& result)
        : child_(child), options_(options), result_(result), input_(options.stdin_text) {
        ::fcntl(child_.stdin_pipe.get(), F_SETFL, O_NONBLOCK);
    }

    /// False when the time limit passed or a stop was requested.
    bool drive(std::optional<std::chrono::steady_clock::time_point> deadline) {
        while (child_.stdout_pipe || child_.stderr_pipe) {
            if (input_.empty()) {
                child_.stdin_pipe.reset();
            }
            int wait_ms = options_.stop.stop_possible() ? 50 : -1;
            if (deadline) {
                const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                    *deadline - std::chrono::steady_clock::now());
                if (left.count() <= 0) {
                    return false;
                }
                const int left_ms = static_cast<int>(std::min<long long>(left.count(), 1 << 30));
                wait_ms = wait_ms < 0 ? left_ms : std::min(wait_ms, left_ms);
            }
            if (options_.stop.stop_requested()) {
                return false;
            }
            once(wait_ms);
        }
        return true;
    }

private:
    void once(int wait_ms) {
        pollfd entries[3] = {{child_.stdout_pipe.get(), POLLIN, 0},
                             {child_.stderr_pipe.get(), POLLIN, 0},
                             {child_.stdin_pipe.get(), POLLOUT, 0}};
        if (::poll(entries, 3, wait_ms) <= 0) {
            return;
        }
        if (entries[0].revents != 0) {
            take(child_.stdout_pipe, result_.stdout_text, false);
        }
        if (entries[1].revents != 0) {
            take(child_.stderr_pipe, result_.stderr_text, true);
        }
        if (entries[2].revents != 0) {
            feed();
        }
    }

    void take(Fd& pipe, std::string& text, bool is_stderr) {
        char block[64 * 1024];
        const ssize_t got = ::read(pipe.get(), block, sizeof block);
        if (got > 0) {
            const std::string_view chunk(block, static_cast<std::size_t>(got));
            append_bounded(text, chunk, options_.keep_bytes);
            if (options_.on_output) {
                options_.on_output(chunk, is_stderr);
            }
        } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            pipe.reset();
        }
    }

    void feed() {
        const ssize_t put = write_without_signal(child_.stdin_pipe.get(), input_);
        if (put >= 0) {
            input_.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno != EINTR && errno != EAGAIN) {
            input_ = {};  // it closed its input; not our failure
        }
    }

    Child& child_;
    const RunOptions& options_;
    ProcessResult& result_;
    std::string_view input_;
};

std::string last_lines(const std::string& text, std::size_t count) {
    std::size_t begin = text.size();
    while (begin > 0 && (text[begin - 1] == '\n')) {
        --begin;
    }
    const std::size_t end = begin;
    for (std::size_t lines = 0; begin > 0; --begin) {
        if (text[begin - 1] == '\n' && ++lines == count) {
            break;
        }
    }
    return text.substr(begin, end - begin);
}

std::string describe_failure(const Command& command, const ProcessResult& result) {
    std::string text = command.describe() + ": ";
    text += result.timed_out ? "timed out" : result.status.describe();
    const std::string& output =
        result.stderr_text.empty() ? result.stdout_text : result.stderr_text;
    const std::string tail = last_lines(output, 20);
    return tail.empty() ? text : text + "\n" + tail;
}

}  // namespace

ProcessResult run(const Command& command, const RunOptions& options) {
    SpawnOptions spawning;
    spawning.stdin_from = options.stdin_text.empty() ? Stdio::null() : Stdio::pipe();
    spawning.stdout_to = Stdio::pipe();
    spawning.stderr_to = Stdio::pipe();
    spawning.die_with_parent = options.die_with_parent;
    Child child = spawn(command, spawning);
    ProcessResult result;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    if (options.timeout) {
        deadline = std::chrono::steady_clock::now() + *options.timeout;
    }
    if (Pump(child, options, result).drive(deadline)) {
        result.status = child.wait();
    } else {
        result.timed_out = true;
        result.status = child.end();
    }
    return result;
}

ProcessFailed::ProcessFailed(const Command& command, const ProcessResult& result)
    : Error(describe_failure(command, result)), status_(result.status) {}

std::string run_checked(const Command& command, const RunOptions& options) {
    ProcessResult result = run(command, options);
    if (!result.status.success() || result.timed_out) {
        throw ProcessFailed(command, result);
    }
    return std::move(result.stdout_text);
}

std::optional<std::string> find_program(std::string_view name) {
    const char* from_environment = std::getenv("PATH");
    std::string path =
        from_environment != nullptr ? from_environment : "/usr/local/bin:/usr/bin:/bin";
    path += ":/usr/local/sbin:/usr/sbin:/sbin";
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string candidate = path.substr(begin, end - begin) + "/" + std::string(name);
        if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) {
            return candidate;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

}  // namespace goldsmith::base
