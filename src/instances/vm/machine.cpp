#include "instances/vm/machine.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sstream>
#include <utility>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr auto kStartLimit = 30s;
/// Between looks at whether the process has ended.
constexpr auto kSlice = 25ms;

std::pair<base::Fd, base::Fd> make_socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        throw base::SystemError("make a pair of sockets");
    }
    return {base::Fd(ends[0]), base::Fd(ends[1])};
}

/// What the threads of a process have executed and waited to execute (proc(5), schedstat): on a
/// busy host the second is most of it. Zero when it has ended.
std::chrono::nanoseconds demand_of(pid_t process) {
    const base::Path tasks = "/proc/" + std::to_string(process) + "/task";
    std::chrono::nanoseconds sum{0};
    for (const std::string& task : base::list_directory(tasks)) {
        std::istringstream fields(
            base::read_file_if_exists(tasks / task / "schedstat").value_or(""));
        long long executed = 0;
        long long waited = 0;
        fields >> executed >> waited;
        sum += std::chrono::nanoseconds(executed + waited);
    }
    return sum;
}

}  // namespace

Machine::Machine(QemuSettings settings, const base::Path& work, const Gateway& gateway,
                 const Console& console, std::vector<int> keep_fds)
    : messages_(work / "qemu.log") {
    auto [ours, theirs] = make_socket_pair();
    settings.qmp_fd = theirs.get();
    const base::Fd log = base::open_file(messages_, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(console.write_fd());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.die_with_parent = true;
    options.keep_fds = std::move(keep_fds);
    options.keep_fds.push_back(theirs.get());
    qemu_ = std::make_unique<base::Child>(
        base::spawn(gateway.inside(qemu_command(settings, work)), options));
    theirs.reset();
    try {
        qmp_ = std::make_unique<Qmp>(std::move(ours), Clock::now() + kStartLimit);
    } catch (const QmpError& error) {
        qemu_->end(0ms);
        throw base::Error("QEMU does not start: " + said() + " (" + error.what() + ")");
    }
}

Machine::~Machine() {
    end(0ms);
}

std::string Machine::said() const {
    std::string text = base::read_file_if_exists(messages_).value_or("");
    text.erase(text.find_last_not_of(" \n") + 1);
    return text.empty() ? "it said nothing" : text;
}

bool Machine::is_alive() {
    return !qemu_->poll();
}

void Machine::note(const QmpEvent& event) {
    if (event.name == "VSERPORT_CHANGE") {
        const boost::json::value* open = event.data.if_contains("open");
        port_is_open_ = open != nullptr && open->is_bool() && open->as_bool();
        agent_was_seen_ = agent_was_seen_ || port_is_open_;
    } else if (event.name == "DEVICE_DELETED") {
        const boost::json::value* device = event.data.if_contains("device");
        if (device != nullptr && *device == kAgentDevice) {
            port_is_open_ = agent_was_seen_ = false;
        }
    } else if (event.name == "SHUTDOWN") {
        const boost::json::value* reason = event.data.if_contains("reason");
        shutdown_reason_ = reason != nullptr && reason->is_string() ? reason->as_string() : "";
    } else if (event.name == "GUEST_PANICKED") {
        panicked_ = true;
    } else if (event.name == "BLOCK_IO_ERROR") {
        note_io_error(event.data);
    }
}

/// QEMU pauses a machine whose disk has no room on the host; other errors go to the guest.
void Machine::note_io_error(const boost::json::object& data) {
    const boost::json::value* full = data.if_contains("nospace");
    const boost::json::value* action = data.if_contains("action");
    if (action != nullptr && *action == "stop") {
        pause_reason_ = full != nullptr && full->is_bool() && full->as_bool()
                            ? "the host's disk is full (`goldsmith gc` frees what nothing uses)"
                            : "the host cannot read or write the machine's disk";
    }
}

std::string Machine::why_paused() {
    listen(0ms);
    return pause_reason_;
}

void Machine::listen(std::chrono::milliseconds limit) {
    while (const auto event = qmp_->next_event(limit)) {
        note(*event);
        limit = 0ms;
    }
}

bool Machine::went_down_in_order() {
    listen(0ms);
    return !is_alive() && !panicked_ && qemu_->wait().success() &&
           (shutdown_reason_ == "guest-shutdown" || shutdown_reason_ == "guest-reset");
}

std::string Machine::why_down() {
    listen(0ms);
    if (panicked_) {
        return "its kernel panicked";
    }
    if (shutdown_reason_ == "guest-reset") {
        return "it restarted by itself";
    }
    if (shutdown_reason_ == "guest-shutdown") {
        return "it switched itself off";
    }
    return "QEMU ended, " + qemu_->wait().describe() + ": " + said();
}

double Machine::load() {
    const auto now = Clock::now();
    const auto demand = demand_of(qemu_->pid());
    const std::chrono::duration<double> wall = now - std::exchange(load_taken_, now);
    const std::chrono::duration<double> work = demand - std::exchange(demand_, demand);
    return wall.count() > 0 ? work.count() / wall.count() : 0;
}

bool Machine::wait_down(std::chrono::milliseconds limit, const std::stop_token& stop) {
    const Clock::time_point deadline = Clock::now() + limit;
    while (!qemu_->wait_for(kSlice)) {
        listen(0ms);
        if (stop.stop_requested() || Clock::now() >= deadline) {
            return false;
        }
    }
    return true;
}

void Machine::end(std::chrono::milliseconds grace) {
    if (qemu_) {
        qemu_->end(grace);
    }
}

}  // namespace goldsmith::instances
