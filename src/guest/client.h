// The host's end of the guest protocol: what a runner (or a test) does to a guest. One request at a
// time; the object belongs to one thread. The guest is hostile: whatever it sends is bounded, and a
// guest that breaks the protocol or goes away is a GuestLost. Every call has a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "guest/messages.h"
#include "guest/protocol.h"

namespace goldsmith::guest {

using Deadline = std::chrono::steady_clock::time_point;

/// The connection is gone (guest crashed, restarted, broke the protocol); make a new one.
class GuestLost : public base::Error {
public:
    using base::Error::Error;
};

/// The guest has given no sign of life for too long while a program ran: it hangs.
class GuestSilent : public GuestLost {
public:
    using GuestLost::GuestLost;
};

/// How long silence is taken for a program that has nothing to say.
struct Silence {
    /// Then the agent is asked whether it is alive,
    std::chrono::milliseconds asked_after = std::chrono::seconds(15);
    /// and this long after the last sign of life the guest is given up. An emulated guest on a busy
    /// host may take long.
    std::chrono::milliseconds lost_after = std::chrono::minutes(4);
};

/// The deadline passed or a stop was requested first. The connection is not usable any more.
class GuestTimeout : public base::Error {
public:
    using base::Error::Error;
};

/// The guest refused the request: "no such file", "cannot start /bin/x". The connection stays
/// usable.
class GuestError : public base::Error {
public:
    using base::Error::Error;
};

struct ExecOptions {
    /// Sent to the process, then its input is closed.
    std::string stdin_text;
    /// Instead: what can be read from this descriptor, as it comes, until its end. -1: none.
    int stdin_fd = -1;
    Deadline deadline;
    std::stop_token stop;
    /// Called with output as it arrives, in order; a slow callee slows the process down.
    std::function<void(std::string_view chunk, bool is_stderr)> on_output;
};

class GuestClient {
public:
    /// Takes a connected stream and exchanges hellos. Throws GuestLost or GuestTimeout.
    GuestClient(base::Fd stream, Deadline deadline, std::stop_token stop = {});
    GuestClient(GuestClient&&) = default;
    GuestClient& operator=(GuestClient&&) = default;

    /// False after a GuestLost or GuestTimeout: the stream may hold the rest of an answer that
    /// nobody waits for.
    bool is_usable() const { return usable_; }

    /// The agent's name and version, from its hello.
    const Hello& peer() const { return peer_; }

    /// From now on; before, the defaults count.
    void set_silence(const Silence& silence) { silence_ = silence; }

    /// Runs a program to its end. Throws GuestError when it cannot be started; a deadline or stop
    /// kills it (by ending the connection) and throws GuestTimeout. GuestSilent when the guest
    /// hangs.
    Exited exec(const ExecRequest& request, const ExecOptions& options);

    struct Output {
        Exited exited;
        std::string stdout_text;
        std::string stderr_text;
    };
    /// exec() that collects what is printed; beyond `most_bytes` per stream is a GuestError.
    Output capture(const ExecRequest& request, Deadline deadline,
                   std::size_t most_bytes = 16U << 20, std::stop_token stop = {});

    void put_file(const std::string& path, std::string_view content, std::uint32_t mode,
                  Deadline deadline);
    /// Throws GuestError for a missing file or one larger than `most_bytes`.
    std::string get_file(const std::string& path, std::uint64_t most_bytes, Deadline deadline);

    void ping(Deadline deadline);
    /// Return when the guest has begun to go down; the connection ends after that.
    void reboot(Deadline deadline);
    void poweroff(Deadline deadline);

private:
    [[noreturn]] void lose(const std::string& message);
    int poll_slice(Deadline deadline, const std::stop_token& stop);
    void send(const Frame& frame, Deadline deadline, const std::stop_token& stop);
    Frame receive(Deadline deadline, const std::stop_token& stop);
    Frame receive_alive(const ExecOptions& options, std::uint32_t request, int& stdin_fd);
    void pass_on_input(const ExecOptions& options, std::uint32_t request, int& stdin_fd);
    std::optional<Frame> next_frame();
    void expect_answer_to(std::uint32_t request, const Frame& frame);
    std::optional<Exited> take_exec_frame(const Frame& frame, std::uint32_t id,
                                          const ExecOptions& options);
    Frame receive_for(std::uint32_t request, Deadline deadline, const std::stop_token& stop);
    void simple(FrameType type, std::string payload, FrameType answer, Deadline deadline);
    void wait_readable(Deadline deadline, const std::stop_token& stop);
    void fill(Deadline deadline, const std::stop_token& stop);

    base::Fd stream_;
    FrameReader reader_;
    Hello peer_;
    std::uint32_t last_request_ = 0;
    Silence silence_;
    /// Asked for a sign of life, and not answered yet.
    bool is_asked_ = false;
    bool usable_ = true;
};

}  // namespace goldsmith::guest
