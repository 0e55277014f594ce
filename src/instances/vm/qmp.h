// The host's end of QEMU's machine protocol (QMP) over a connected socket: commands and events, one
// JSON object a line. One thread. QEMU may be in the hands of a hostile guest: what it sends is
// bounded, and every wait has a deadline.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace goldsmith::instances {

/// The connection ended, broke the protocol or did not answer in time, or QEMU refused a command.
class QmpError : public base::Error {
public:
    using base::Error::Error;
};

struct QmpEvent {
    std::string name;
    boost::json::object data;
};

class Qmp {
public:
    using Clock = std::chrono::steady_clock;

    /// Waits for the greeting and leaves the negotiation mode. Throws QmpError.
    Qmp(base::Fd stream, Clock::time_point deadline);

    /// Returns what the command returned. Throws QmpError.
    boost::json::value execute(const std::string& command, boost::json::object arguments,
                               Clock::time_point deadline);
    /// The same, with a descriptor that QEMU gets a copy of.
    boost::json::value execute_with(int fd, const std::string& command,
                                    boost::json::object arguments, Clock::time_point deadline);
    /// The next event that has arrived or arrives within `limit`; nothing when none did, also when
    /// the connection has ended.
    std::optional<QmpEvent> next_event(std::chrono::milliseconds limit);

private:
    void send(const std::string& command, boost::json::object arguments, int fd);
    boost::json::value answer_to(const std::string& command, Clock::time_point deadline);
    std::optional<boost::json::object> read_object(Clock::time_point deadline);
    bool fill(Clock::time_point deadline);
    bool keep_event(boost::json::object& object);

    base::Fd stream_;
    std::string buffer_;
    std::deque<QmpEvent> events_;
    std::int64_t last_id_ = 0;
    bool open_ = true;
};

}  // namespace goldsmith::instances
