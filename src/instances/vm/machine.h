// One QEMU process and what belongs to it: its control connection and its console. It
// lives from one power-on to the next power-off; a restart is another Machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/process.h"
#include "instances/console.h"
#include "instances/network/gateway.h"
#include "instances/vm/qemu_command.h"
#include "instances/vm/qmp.h"

namespace goldsmith::instances {

class Machine {
public:
    using Clock = Qmp::Clock;

    /// Starts QEMU (its `qmp_fd` is set here) inside the gateway. `keep_fds`: descriptors that the
    /// settings name. Throws base::Error with what QEMU said.
    Machine(QemuSettings settings, const base::Path& work, const Gateway& gateway,
            const Console& console, std::vector<int> keep_fds = {});
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    pid_t pid() const { return qemu_->pid(); }
    Qmp& qmp() { return *qmp_; }
    bool is_alive();
    /// Why it went down, for people: "the guest switched itself off". Once it is not alive.
    std::string why_down();
    /// What keeps a machine that is alive from going on; empty when nothing is known.
    std::string why_paused();
    /// The guest itself went down or restarted in order.
    bool went_down_in_order();

    /// Takes events in for at most `limit`; returns early when one has come.
    void listen(std::chrono::milliseconds limit);
    /// The guest has the agent's port open.
    bool port_is_open() const { return port_is_open_; }
    /// The guest has had this port open: while no host is at the other end its agent opens and
    /// closes it again and again, too fast to be met open.
    bool agent_was_seen() const { return agent_was_seen_; }

    /// How much of one processor QEMU has wanted since the last call (since its start), from 0 up
    /// to the number of its threads, whether or not the host had it. A guest that does nothing
    /// wants a few percent.
    double load();

    /// Waits until it has ended; false when that takes longer.
    bool wait_down(std::chrono::milliseconds limit, const std::stop_token& stop = {});
    /// Ends QEMU in its own way, or kills it after `grace`.
    void end(std::chrono::milliseconds grace);

private:
    void note(const QmpEvent& event);
    void note_io_error(const boost::json::object& data);
    std::string said() const;

    base::Path messages_;
    std::unique_ptr<base::Child> qemu_;
    std::unique_ptr<Qmp> qmp_;
    bool port_is_open_ = false;
    bool agent_was_seen_ = false;
    bool panicked_ = false;
    Clock::time_point load_taken_ = Clock::now();
    std::chrono::nanoseconds demand_{0};
    std::string shutdown_reason_;
    /// Of the last event that paused the machine.
    std::string pause_reason_;
};

}  // namespace goldsmith::instances
