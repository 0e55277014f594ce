#include "guest/agent_process.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace goldsmith::guest {

namespace {

/// How long output is awaited that a background process holds open.
constexpr std::chrono::milliseconds kOutputGrace{200};
/// Kernels before 5.3 have no pidfd_open: the end of the process is found by looking.
constexpr std::chrono::milliseconds kPollWithoutPidfd{10};
constexpr std::size_t kBlock = 64 * 1024;

base::Child start(const ExecRequest& request) {
    base::Command command;
    command.program = request.argv.front();
    command.arguments.assign(request.argv.begin() + 1, request.argv.end());
    command.clear_environment = true;
    for (const std::string& entry : request.env) {
        const std::size_t equals = entry.find('=');
        command.environment[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    command.directory = request.cwd.empty() ? "/" : request.cwd;
    base::SpawnOptions options;
    options.stdin_from = request.stdin_follows ? base::Stdio::pipe() : base::Stdio::null();
    options.stdout_to = base::Stdio::pipe();
    options.stderr_to = base::Stdio::pipe();
    return base::spawn(command, options);
}

void make_nonblocking(const base::Fd& fd) {
    if (fd) {
        ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    }
}

}  // namespace

AgentProcess::AgentProcess(const ExecRequest& request)
    : child_(start(request)), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, child_.pid(), 0))) {
    make_nonblocking(child_.stdin_pipe);
    make_nonblocking(child_.stdout_pipe);
    make_nonblocking(child_.stderr_pipe);
}

AgentProcess::~AgentProcess() {
    if (!status_) {
        child_.signal_group(SIGKILL);
        try {
            child_.wait();
        } catch (const std::exception&) {
            // Reaped by somebody else: nothing is left to do.
        }
    }
}

void AgentProcess::take_input(std::string_view chunk) {
    if (chunk.empty()) {
        input_ends_ = true;
    } else if (child_.stdin_pipe && !input_ends_) {
        input_.append(chunk);
    }
    write_input();
}

void AgentProcess::write_input() {
    while (child_.stdin_pipe && !input_.empty()) {
        const ssize_t put = ::write(child_.stdin_pipe.get(), input_.data(), input_.size());
        if (put > 0) {
            input_.erase(0, static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            input_.clear();  // it does not read its input: its own business
            child_.stdin_pipe.reset();
        }
    }
    if (input_ends_) {
        child_.stdin_pipe.reset();
    }
}

void AgentProcess::add_to(std::vector<pollfd>& entries, bool with_output) const {
    if (!status_) {
        entries.push_back({pidfd_.get(), POLLIN, 0});
    }
    if (child_.stdin_pipe && !input_.empty()) {
        entries.push_back({child_.stdin_pipe.get(), POLLOUT, 0});
    }
    for (const base::Fd* pipe : {&child_.stdout_pipe, &child_.stderr_pipe}) {
        if (*pipe && with_output) {
            entries.push_back({pipe->get(), POLLIN, 0});
        }
    }
}

void AgentProcess::read_from(base::Fd& pipe, bool is_stderr, const Output& output) {
    if (!pipe) {
        return;
    }
    char block[kBlock];
    const ssize_t got = ::read(pipe.get(), block, sizeof block);
    if (got > 0) {
        give_up_output_at_.reset();
        output({block, static_cast<std::size_t>(got)}, is_stderr);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        pipe.reset();
    }
}

void AgentProcess::pump(bool with_output, const Output& output) {
    write_input();
    // Asked before reading, so that what it wrote before its end is read after it.
    if (!status_) {
        status_ = child_.poll();
    }
    if (with_output) {
        read_from(child_.stdout_pipe, false, output);
        read_from(child_.stderr_pipe, true, output);
        if (status_ && !give_up_output_at_) {
            give_up_output_at_ = Clock::now() + kOutputGrace;
        }
    }
}

std::optional<AgentProcess::Clock::time_point> AgentProcess::wake_at() const {
    if (!pidfd_ && !status_) {
        return Clock::now() + kPollWithoutPidfd;
    }
    return give_up_output_at_;
}

std::optional<Exited> AgentProcess::ended(bool with_output) {
    if (!status_) {
        return std::nullopt;
    }
    const bool drained = !child_.stdout_pipe && !child_.stderr_pipe;
    // A host that takes no output just now has not been given the chance to see it all.
    const bool given_up = with_output && give_up_output_at_ && Clock::now() >= *give_up_output_at_;
    if (!drained && !given_up) {
        return std::nullopt;
    }
    return Exited{status_->exit_code.value_or(-1), status_->signal.value_or(0)};
}

}  // namespace goldsmith::guest
