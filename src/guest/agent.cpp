#include "guest/agent.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#include "guest/messages.h"

namespace goldsmith::guest {

namespace {

/// Beyond this much waiting to be sent no process is read from; beyond this much waiting for a
/// process's input no frame is taken.
constexpr std::size_t kHighWater = 1U << 20;
constexpr std::size_t kMostRequests = 64;
constexpr std::size_t kBlock = 64 * 1024;

int milliseconds_until(AgentProcess::Clock::time_point when) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(when - AgentProcess::Clock::now());
    return static_cast<int>(std::clamp<long long>(left.count() + 1, 0, 60'000));
}

}  // namespace

Agent::Agent(base::Fd stream, AgentOptions options)
    : stream_(std::move(stream)), options_(std::move(options)) {
    // A host that goes away is an end of the connection, not of the agent.
    ::signal(SIGPIPE, SIG_IGN);
    ::fcntl(stream_.get(), F_SETFL, ::fcntl(stream_.get(), F_GETFL) | O_NONBLOCK);
    send(FrameType::hello, 0, encode(Hello{kProtocolVersion, options_.name}));
}

Agent::~Agent() = default;

void Agent::serve() {
    while (turn()) {
    }
}

bool Agent::takes_input() const {
    return std::none_of(processes_.begin(), processes_.end(), [](const auto& entry) {
        return entry.second->waiting_input() > kHighWater;
    });
}

bool Agent::turn() {
    const bool with_output = outgoing_.size() < kHighWater;
    std::vector<pollfd> entries;
    const bool reads = takes_input();
    short wanted = static_cast<short>((reads ? POLLIN : 0) | (outgoing_.empty() ? 0 : POLLOUT));
    entries.push_back({stream_.get(), wanted, 0});
    int wait_ms = sending_.empty() || !with_output ? -1 : 0;
    for (const auto& [id, process] : processes_) {
        process->add_to(entries, with_output);
        if (const auto when = process->wake_at()) {
            const int left = milliseconds_until(*when);
            wait_ms = wait_ms < 0 ? left : std::min(wait_ms, left);
        }
    }
    if (::poll(entries.data(), entries.size(), wait_ms) < 0 && errno != EINTR) {
        throw base::SystemError("wait for the host");
    }
    if ((entries[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        read_stream();
    }
    pump_files();
    finish_processes();
    write_stream();
    return open_;
}

void Agent::read_stream() {
    char block[kBlock];
    const ssize_t got = ::read(stream_.get(), block, sizeof block);
    if (got > 0) {
        reader_.feed({block, static_cast<std::size_t>(got)});
        while (auto frame = reader_.next()) {
            handle(std::move(*frame));
        }
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        open_ = false;
    }
}

void Agent::write_stream() {
    while (open_ && !outgoing_.empty()) {
        const ssize_t put = ::write(stream_.get(), outgoing_.data(), outgoing_.size());
        if (put > 0) {
            outgoing_.erase(0, static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            open_ = false;
        }
    }
}

void Agent::send(FrameType type, std::uint32_t request, std::string payload) {
    outgoing_ += encode(Frame{type, request, std::move(payload)});
}

void Agent::fail(std::uint32_t request, const std::string& message) {
    send(FrameType::error, request, message.substr(0, 8192));
}

bool Agent::is_busy(std::uint32_t request) const {
    return processes_.contains(request) || receiving_.contains(request) ||
           sending_.contains(request);
}

void Agent::handle(Frame frame) {
    if (!greeted_) {
        if (frame.type != FrameType::hello ||
            decode_hello(frame.payload).version != kProtocolVersion) {
            throw ProtocolError("the host did not begin with a hello of version " +
                                std::to_string(kProtocolVersion));
        }
        greeted_ = true;
        return;
    }
    const std::uint32_t id = frame.request;
    const bool begins = frame.type == FrameType::exec || frame.type == FrameType::put_file ||
                        frame.type == FrameType::get_file;
    if (begins && (id == 0 || is_busy(id))) {
        throw ProtocolError("the host used request id " + std::to_string(id) + " wrongly");
    }
    if (begins && processes_.size() + receiving_.size() + sending_.size() >= kMostRequests) {
        fail(id, "more than " + std::to_string(kMostRequests) + " requests are under way");
        return;
    }
    switch (frame.type) {
        case FrameType::exec:
            start_process(frame);
            return;
        case FrameType::stdin_data:
            if (const auto found = processes_.find(id); found != processes_.end()) {
                found->second->take_input(frame.payload);
            }
            return;
        case FrameType::signal:
            if (const auto found = processes_.find(id); found != processes_.end()) {
                found->second->signal(decode_signal(frame.payload));
            }
            return;
        case FrameType::put_file:
        case FrameType::data:
            take_file(frame);
            return;
        case FrameType::get_file:
            give_file(frame);
            return;
        case FrameType::ping:
            send(FrameType::pong, id, std::move(frame.payload));
            return;
        case FrameType::reboot:
            power(frame, options_.reboot);
            return;
        case FrameType::poweroff:
            power(frame, options_.poweroff);
            return;
        case FrameType::hello:
        case FrameType::stdout_data:
        case FrameType::stderr_data:
        case FrameType::exited:
        case FrameType::done:
        case FrameType::error:
        case FrameType::pong:
            break;
    }
    throw ProtocolError("the host sent " + describe(frame.type));
}

void Agent::start_process(const Frame& frame) {
    const ExecRequest request = decode_exec(frame.payload);
    try {
        processes_.emplace(frame.request, std::make_unique<AgentProcess>(request));
    } catch (const base::Error& error) {
        fail(frame.request, error.what());
    }
}

void Agent::finish_processes() {
    for (auto entry = processes_.begin(); entry != processes_.end();) {
        const std::uint32_t id = entry->first;
        AgentProcess& process = *entry->second;
        const bool with_output = outgoing_.size() < kHighWater;
        process.pump(with_output, [&](std::string_view chunk, bool is_stderr) {
            send(is_stderr ? FrameType::stderr_data : FrameType::stdout_data, id,
                 std::string(chunk));
        });
        const auto exited = process.ended(with_output);
        if (exited) {
            send(FrameType::exited, id, encode(*exited));
            entry = processes_.erase(entry);
        } else {
            ++entry;
        }
    }
}

void Agent::take_file(const Frame& frame) {
    const std::uint32_t id = frame.request;
    try {
        if (frame.type == FrameType::put_file) {
            receiving_.emplace(id, FileReceiver(decode_put_file(frame.payload)));
            return;
        }
        const auto found = receiving_.find(id);
        if (found == receiving_.end()) {
            return;  // the rest of a file that already failed
        }
        if (!frame.payload.empty()) {
            found->second.write(frame.payload);
            return;
        }
        found->second.finish();
        receiving_.erase(found);
        send(FrameType::done, id, {});
    } catch (const ProtocolError&) {
        throw;
    } catch (const std::exception& error) {
        receiving_.erase(id);
        fail(id, error.what());
    }
}

void Agent::give_file(const Frame& frame) {
    const GetFileRequest request = decode_get_file(frame.payload);
    try {
        sending_.emplace(frame.request, FileSender(request));
    } catch (const base::Error& error) {
        fail(frame.request, error.what());
    }
}

void Agent::pump_files() {
    for (auto entry = sending_.begin(); entry != sending_.end();) {
        if (outgoing_.size() >= kHighWater) {
            return;
        }
        bool over = true;
        try {
            std::string block = entry->second.next_block();
            over = block.empty();
            send(FrameType::data, entry->first, std::move(block));
        } catch (const base::Error& error) {
            fail(entry->first, error.what());
        }
        entry = over ? sending_.erase(entry) : std::next(entry);
    }
}

void Agent::power(const Frame& frame, const base::Command& command) {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(30);
    try {
        // The init system answers at once and stops us a moment later.
        base::run_checked(command, options);
        send(FrameType::done, frame.request, {});
    } catch (const base::Error& error) {
        fail(frame.request, error.what());
    }
}

}  // namespace goldsmith::guest
