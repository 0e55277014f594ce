#include "guest/command_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "guest/process_tree.h"

namespace goldsmith::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kill_grace{2000};
/// For `exec > >(tee log)`: the script is gone, but its helper still has lines to deliver.
constexpr milliseconds drain_grace{300};
constexpr int pipe_bytes = 1 << 20;
/// Without pidfd_open (kernels before 5.3) the end of the process is found by looking.
constexpr milliseconds poll_without_pidfd{5};

class CommandRunner {
public:
    CommandRunner(const base::Command& command, const StopSignal& stop, const CommandEvents& events)
        : stop_(stop),
          events_(events),
          child_(base::spawn(command, spawn_options())),
          tree_(child_.pid()) {
        ::fcntl(child_.stdout_pipe.get(), F_SETFL, O_NONBLOCK);
        ::fcntl(child_.stderr_pipe.get(), F_SETFL, O_NONBLOCK);
        // Where the kernel grants it: a command that prints a lot is woken less often.
        ::fcntl(child_.stdout_pipe.get(), F_SETPIPE_SZ, pipe_bytes);
        pidfd_ = base::Fd(static_cast<int>(::syscall(SYS_pidfd_open, child_.pid(), 0)));
        if (pidfd_) {
            ::fcntl(pidfd_.get(), F_SETFD, FD_CLOEXEC);
        }
    }

    ~CommandRunner() {
        if (!ended_) {
            tree_.signal(SIGKILL);
        }
    }

    CommandEnd run(Deadline deadline) {
        CommandEnd end;
        while (!leader_ended()) {
            if (stop_.requested()) {
                end.stopped = true;
                break;
            }
            if (deadline && steady_clock::now() >= *deadline) {
                end.timed_out = true;
                break;
            }
            turn(time_left(deadline));
        }
        if (end.stopped || end.timed_out) {
            end_everything();
        } else {
            drain();
        }
        end.status = child_.wait();
        ended_ = true;
        return end;
    }

private:
    static base::SpawnOptions spawn_options() {
        base::SpawnOptions options;
        options.stdout_to = base::Stdio::pipe();
        options.stderr_to = base::Stdio::pipe();
        options.new_session = true;
        options.die_with_parent = true;
        return options;
    }

    milliseconds time_left(Deadline deadline) const {
        milliseconds left{60'000};
        if (deadline) {
            const auto until = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now());
            left = std::clamp(until, milliseconds(0), left);
        }
        return pidfd_ ? left : std::min(left, poll_without_pidfd);
    }

    /// Asks for the end of the leader; only what was told here may `turn` rely on.
    bool leader_ended() {
        leader_ended_ = child_.poll().has_value();
        return leader_ended_;
    }

    /// Waits for something to happen, delivers output. Never asks for the leader's end itself: a
    /// leader that ended after the caller looked must still wake us through its descriptor.
    void turn(milliseconds limit) {
        pollfd entries[4] = {{child_.stdout_pipe.get(), POLLIN, 0},
                             {child_.stderr_pipe.get(), POLLIN, 0},
                             {leader_ended_ ? -1 : pidfd_.get(), POLLIN, 0},
                             {stopping_ ? -1 : stop_.wake_fd(), POLLIN, 0}};
        if (::poll(entries, 4, 0) <= 0) {
            if (events_.on_idle) {
                events_.on_idle();
            }
            if (::poll(entries, 4, static_cast<int>(limit.count())) <= 0) {
                return;
            }
        }
        if (entries[0].revents != 0) {
            deliver(child_.stdout_pipe, events_.on_stdout);
        }
        if (entries[1].revents != 0) {
            deliver(child_.stderr_pipe, events_.on_stderr);
        }
    }

    void deliver(base::Fd& pipe, const std::function<void(std::string_view)>& sink) {
        const ssize_t got = ::read(pipe.get(), block_, sizeof block_);
        if (got > 0) {
            sink({block_, static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            pipe.reset();
        }
    }

    bool output_open() const { return child_.stdout_pipe || child_.stderr_pipe; }

    void drain() {
        const auto until = steady_clock::now() + drain_grace;
        while (output_open() && !stop_.requested()) {
            const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
            if (left.count() <= 0) {
                break;
            }
            turn(left);
        }
    }

    void end_everything() {
        stopping_ = true;
        tree_.signal(SIGTERM);
        const auto until = steady_clock::now() + kill_grace;
        while (steady_clock::now() < until) {
            leader_ended();
            tree_.reap();
            if (tree_.alive() == 0) {
                break;
            }
            turn(milliseconds(20));
        }
        // Repeated, because a member may fork while we look.
        for (int round = 0; round < 50 && tree_.signal(SIGKILL) > 0; ++round) {
            leader_ended();
            tree_.reap();
            turn(milliseconds(10));
        }
    }

    const StopSignal& stop_;
    const CommandEvents& events_;
    base::Child child_;
    ProcessTree tree_;
    base::Fd pidfd_;
    bool ended_ = false;
    bool leader_ended_ = false;
    bool stopping_ = false;
    char block_[64 * 1024];
};

}  // namespace

CommandEnd run_command(const base::Command& command, Deadline deadline, const StopSignal& stop,
                       const CommandEvents& events) {
    return CommandRunner(command, stop, events).run(deadline);
}

}  // namespace goldsmith::guest
