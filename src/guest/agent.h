// The guest's end of the guest protocol: starts processes, moves files, restarts the machine. Runs
// as root inside the guest and does whatever the host says. One thread, one connection.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/process.h"
#include "guest/agent_files.h"
#include "guest/agent_process.h"
#include "guest/protocol.h"

namespace goldsmith::guest {

struct AgentOptions {
    /// For the hello: "toe 1.0".
    std::string name = "toe";
    base::Command reboot{"systemctl", {"--no-block", "reboot"}, {}, false, {}};
    base::Command poweroff{"systemctl", {"--no-block", "poweroff"}, {}, false, {}};
};

class Agent {
public:
    Agent(base::Fd stream, AgentOptions options);
    ~Agent();

    /// Serves until the connection ends, then kills what it started for it. Throws ProtocolError
    /// when the host breaks the protocol.
    void serve();

private:
    bool turn();
    void read_stream();
    void write_stream();
    void handle(Frame frame);
    void start_process(const Frame& frame);
    void take_file(const Frame& frame);
    void give_file(const Frame& frame);
    void power(const Frame& frame, const base::Command& command);
    void send(FrameType type, std::uint32_t request, std::string payload);
    void fail(std::uint32_t request, const std::string& message);
    void pump_files();
    void finish_processes();
    bool is_busy(std::uint32_t request) const;
    bool takes_input() const;

    base::Fd stream_;
    AgentOptions options_;
    FrameReader reader_;
    std::string outgoing_;
    bool open_ = true;
    bool greeted_ = false;
    std::map<std::uint32_t, std::unique_ptr<AgentProcess>> processes_;
    std::map<std::uint32_t, FileReceiver> receiving_;
    std::map<std::uint32_t, FileSender> sending_;
};

}  // namespace goldsmith::guest
