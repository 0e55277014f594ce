#include "guest/client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace goldsmith::guest {

namespace {

/// While we wait to send, what arrives is kept up to this; beyond it the guest has to wait.
constexpr std::size_t kMostBuffered = 8U << 20;
constexpr std::size_t kBlock = 64 * 1024;
/// No request has it: the number of questions whether the agent is alive.
constexpr std::uint32_t kSignOfLife = 0xffffffff;
/// A stop request is looked at this often.
constexpr std::chrono::milliseconds kStopSlice{50};

}  // namespace

void GuestClient::lose(const std::string& message) {
    usable_ = false;
    throw GuestLost(message);
}

/// Milliseconds to hand to poll(2); throws when there are none left.
int GuestClient::poll_slice(Deadline deadline, const std::stop_token& stop) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (stop.stop_requested() || left.count() <= 0) {
        usable_ = false;
        throw GuestTimeout(stop.stop_requested() ? "the request to the guest was cancelled"
                                                 : "the guest did not answer in time");
    }
    const auto slice = stop.stop_possible() ? std::min(left, kStopSlice) : left;
    return static_cast<int>(std::min<long long>(slice.count() + 1, 1 << 30));
}

GuestClient::GuestClient(base::Fd stream, Deadline deadline, std::stop_token stop)
    : stream_(std::move(stream)) {
    ::fcntl(stream_.get(), F_SETFL, ::fcntl(stream_.get(), F_GETFL) | O_NONBLOCK);
    send({FrameType::hello, 0, encode(Hello{kProtocolVersion, "goldsmith-runner"})}, deadline,
         stop);
    const Frame frame = receive(deadline, stop);
    try {
        if (frame.type != FrameType::hello) {
            throw ProtocolError("its first frame is " + describe(frame.type));
        }
        peer_ = decode_hello(frame.payload);
        if (peer_.version != kProtocolVersion) {
            throw ProtocolError("it speaks version " + std::to_string(peer_.version) +
                                " of the guest protocol, we speak " +
                                std::to_string(kProtocolVersion));
        }
    } catch (const ProtocolError& error) {
        lose("cannot talk to the guest's agent: " + std::string(error.what()));
    }
}

void GuestClient::fill(Deadline deadline, const std::stop_token& stop) {
    char block[kBlock];
    const ssize_t got = ::read(stream_.get(), block, sizeof block);
    if (got > 0) {
        reader_.feed({block, static_cast<std::size_t>(got)});
    } else if (got == 0) {
        lose("the guest's agent closed the connection");
    } else if (errno == EAGAIN) {
        wait_readable(deadline, stop);
    } else if (errno != EINTR) {
        lose("the connection to the guest broke: " + std::string(base::SystemError("read").what()));
    }
}

void GuestClient::wait_readable(Deadline deadline, const std::stop_token& stop) {
    pollfd entry{stream_.get(), POLLIN, 0};
    ::poll(&entry, 1, poll_slice(deadline, stop));
}

void GuestClient::send(const Frame& frame, Deadline deadline, const std::stop_token& stop) {
    const std::string bytes = encode(frame);
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const ssize_t put = ::send(stream_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (put >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(put));
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN) {
            lose("the connection to the guest broke: " +
                 std::string(base::SystemError("write").what()));
        }
        const bool may_read = reader_.buffered_bytes() < kMostBuffered;
        pollfd entry{stream_.get(), static_cast<short>(may_read ? POLLIN | POLLOUT : POLLOUT), 0};
        ::poll(&entry, 1, poll_slice(deadline, stop));
        // Taking what arrives keeps both sides from waiting for each other.
        if (may_read && (entry.revents & POLLIN) != 0) {
            fill(deadline, stop);
        }
    }
}

std::optional<Frame> GuestClient::next_frame() {
    try {
        auto frame = reader_.next();
        while (frame && frame->type == FrameType::pong && frame->request == kSignOfLife) {
            is_asked_ = false;
            frame = reader_.next();
        }
        return frame;
    } catch (const ProtocolError& error) {
        lose("the guest's agent broke the protocol: " + std::string(error.what()));
    }
}

Frame GuestClient::receive(Deadline deadline, const std::stop_token& stop) {
    for (;;) {
        if (auto frame = next_frame()) {
            return std::move(*frame);
        }
        poll_slice(deadline,
                   stop);  // a guest that never stops talking must not outlive the deadline
        fill(deadline, stop);
    }
}

void GuestClient::pass_on_input(const ExecOptions& options, std::uint32_t request, int& stdin_fd) {
    std::string block(kBlock, '\0');
    const ssize_t got = ::read(stdin_fd, block.data(), block.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    block.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (block.empty()) {
        stdin_fd = -1;
    }
    send({FrameType::stdin_data, request, std::move(block)}, options.deadline, options.stop);
}

/// receive() for as long as the guest is alive. Passes on what `stdin_fd` gives meanwhile; it
/// becomes -1 at its end.
Frame GuestClient::receive_alive(const ExecOptions& options, std::uint32_t request, int& stdin_fd) {
    auto heard = std::chrono::steady_clock::now();
    for (;;) {
        if (auto frame = next_frame()) {
            return std::move(*frame);
        }
        const int left_ms = poll_slice(options.deadline, options.stop);
        const auto now = std::chrono::steady_clock::now();
        if (now - heard >= silence_.lost_after) {
            usable_ = false;
            throw GuestSilent(
                "the guest has given no sign of life for " +
                std::to_string(
                    std::chrono::duration_cast<std::chrono::seconds>(silence_.lost_after).count()) +
                " seconds: it hangs");
        }
        if (!is_asked_ && now - heard >= silence_.asked_after) {
            is_asked_ = true;
            send({FrameType::ping, kSignOfLife, {}},
                 std::min(options.deadline, heard + silence_.lost_after), options.stop);
        }
        const Deadline next = heard + (is_asked_ ? silence_.lost_after : silence_.asked_after);
        const auto until_next = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
        // A negative descriptor is passed over.
        pollfd entries[2] = {{stream_.get(), POLLIN, 0}, {stdin_fd, POLLIN, 0}};
        ::poll(entries, 2, static_cast<int>(std::clamp<long long>(until_next, 0, left_ms)));
        if (entries[0].revents != 0) {
            fill(options.deadline, options.stop);
            heard = std::chrono::steady_clock::now();
        }
        if (entries[1].revents != 0) {
            pass_on_input(options, request, stdin_fd);
        }
    }
}

Frame GuestClient::receive_for(std::uint32_t request, Deadline deadline,
                               const std::stop_token& stop) {
    Frame frame = receive(deadline, stop);
    expect_answer_to(request, frame);
    return frame;
}

void GuestClient::expect_answer_to(std::uint32_t request, const Frame& frame) {
    if (frame.request != request) {
        lose("the guest's agent answered request " + std::to_string(frame.request) + " while " +
             std::to_string(request) + " was under way");
    }
    if (frame.type == FrameType::error) {
        throw GuestError(frame.payload);
    }
}

Exited GuestClient::exec(const ExecRequest& request, const ExecOptions& options) {
    ExecRequest wanted = request;
    wanted.stdin_follows = !options.stdin_text.empty() || options.stdin_fd >= 0;
    const std::uint32_t id = ++last_request_;
    send({FrameType::exec, id, encode(wanted)}, options.deadline, options.stop);
    for (std::string_view rest = options.stdin_text; !rest.empty();) {
        const std::string_view part = rest.substr(0, kBlock);
        send({FrameType::stdin_data, id, std::string(part)}, options.deadline, options.stop);
        rest.remove_prefix(part.size());
        // A process that answers while it reads must not be made to wait until all is sent.
        while (const auto frame = next_frame()) {
            if (const auto exited = take_exec_frame(*frame, id, options)) {
                return *exited;
            }
        }
    }
    int stdin_fd = options.stdin_fd;
    if (wanted.stdin_follows && stdin_fd < 0) {
        send({FrameType::stdin_data, id, {}}, options.deadline, options.stop);
    }
    for (;;) {
        const Frame frame = receive_alive(options, id, stdin_fd);
        if (const auto exited = take_exec_frame(frame, id, options)) {
            return *exited;
        }
    }
}

std::optional<Exited> GuestClient::take_exec_frame(const Frame& frame, std::uint32_t id,
                                                   const ExecOptions& options) {
    expect_answer_to(id, frame);
    if (frame.type == FrameType::exited) {
        try {
            return decode_exited(frame.payload);
        } catch (const ProtocolError& error) {
            lose(error.what());
        }
    }
    if (frame.type != FrameType::stdout_data && frame.type != FrameType::stderr_data) {
        lose("the guest's agent answered exec with " + describe(frame.type));
    }
    if (options.on_output) {
        options.on_output(frame.payload, frame.type == FrameType::stderr_data);
    }
    return std::nullopt;
}

GuestClient::Output GuestClient::capture(const ExecRequest& request, Deadline deadline,
                                         std::size_t most_bytes, std::stop_token stop) {
    Output output;
    bool too_much = false;
    ExecOptions options;
    options.deadline = deadline;
    options.stop = std::move(stop);
    options.on_output = [&](std::string_view chunk, bool is_stderr) {
        std::string& text = is_stderr ? output.stderr_text : output.stdout_text;
        too_much = too_much || text.size() + chunk.size() > most_bytes;
        if (!too_much) {
            text.append(chunk);
        }
    };
    output.exited = exec(request, options);
    if (too_much) {
        throw GuestError(request.argv.front() + " printed more than " + std::to_string(most_bytes) +
                         " bytes");
    }
    return output;
}

void GuestClient::put_file(const std::string& path, std::string_view content, std::uint32_t mode,
                           Deadline deadline) {
    const std::uint32_t id = ++last_request_;
    send({FrameType::put_file, id, encode(PutFileRequest{path, mode})}, deadline, {});
    while (!content.empty()) {
        const std::string_view part = content.substr(0, kBlock);
        send({FrameType::data, id, std::string(part)}, deadline, {});
        content.remove_prefix(part.size());
    }
    send({FrameType::data, id, {}}, deadline, {});
    const Frame answer = receive_for(id, deadline, {});
    if (answer.type != FrameType::done) {
        lose("the guest's agent answered put_file with " + describe(answer.type));
    }
}

std::string GuestClient::get_file(const std::string& path, std::uint64_t most_bytes,
                                  Deadline deadline) {
    const std::uint32_t id = ++last_request_;
    send({FrameType::get_file, id, encode(GetFileRequest{path, most_bytes})}, deadline, {});
    std::string content;
    for (;;) {
        const Frame frame = receive_for(id, deadline, {});
        if (frame.type != FrameType::data || content.size() + frame.payload.size() > most_bytes) {
            lose("the guest's agent answered get_file wrongly");
        }
        if (frame.payload.empty()) {
            return content;
        }
        content += frame.payload;
    }
}

void GuestClient::simple(FrameType type, std::string payload, FrameType answer, Deadline deadline) {
    const std::uint32_t id = ++last_request_;
    send({type, id, payload}, deadline, {});
    const Frame frame = receive_for(id, deadline, {});
    if (frame.type != answer || (type == FrameType::ping && frame.payload != payload)) {
        lose("the guest's agent answered " + describe(type) + " with " + describe(frame.type));
    }
}

void GuestClient::ping(Deadline deadline) {
    simple(FrameType::ping, "goldsmith", FrameType::pong, deadline);
}

void GuestClient::reboot(Deadline deadline) {
    simple(FrameType::reboot, {}, FrameType::done, deadline);
}

void GuestClient::poweroff(Deadline deadline) {
    simple(FrameType::poweroff, {}, FrameType::done, deadline);
}

}  // namespace goldsmith::guest
