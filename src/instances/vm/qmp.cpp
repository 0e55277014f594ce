#include "instances/vm/qmp.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace goldsmith::instances {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostBuffered = 1U << 20;
/// Older events are dropped: nobody asked for them.
constexpr std::size_t kMostEvents = 256;

}  // namespace

Qmp::Qmp(base::Fd stream, Clock::time_point deadline) : stream_(std::move(stream)) {
    const auto greeting = read_object(deadline);
    if (!greeting || !greeting->contains("QMP")) {
        throw QmpError("QEMU did not greet");
    }
    execute("qmp_capabilities", {}, deadline);
}

bool Qmp::fill(Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd entry{stream_.get(), POLLIN, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::clamp<long long>(left.count(), 0, 1 << 30)));
    if (ready <= 0) {
        return ready < 0 && errno == EINTR;
    }
    char block[16 * 1024];
    const ssize_t got = ::read(stream_.get(), block, sizeof block);
    if (got > 0) {
        buffer_.append(block, static_cast<std::size_t>(got));
        if (buffer_.size() <= kMostBuffered) {
            return true;
        }
    }
    open_ = got < 0 && errno == EINTR;
    return open_;
}

std::optional<json::object> Qmp::read_object(Clock::time_point deadline) {
    for (;;) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            boost::system::error_code error;
            json::value value = json::parse(std::string_view(buffer_).substr(0, end), error);
            buffer_.erase(0, end + 1);
            if (error || !value.is_object()) {
                open_ = false;
                throw QmpError("QEMU sent something that is no JSON object");
            }
            return std::move(value.as_object());
        }
        if (!open_ || !fill(deadline)) {
            return std::nullopt;
        }
    }
}

bool Qmp::keep_event(json::object& object) {
    const json::value* name = object.if_contains("event");
    if (name == nullptr || !name->is_string()) {
        return false;
    }
    json::value* data = object.if_contains("data");
    if (events_.size() == kMostEvents) {
        events_.pop_front();
    }
    events_.push_back({std::string(name->as_string()), data != nullptr && data->is_object()
                                                           ? std::move(data->as_object())
                                                           : json::object()});
    return true;
}

void Qmp::send(const std::string& command, json::object arguments, int fd) {
    json::object request{{"execute", command}, {"id", ++last_id_}};
    if (!arguments.empty()) {
        request["arguments"] = std::move(arguments);
    }
    std::string line = json::serialize(request) + "\n";
    iovec part{line.data(), line.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (::sendmsg(stream_.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
        open_ = false;
        throw QmpError("QEMU cannot be told to " + command + ": the connection has ended");
    }
}

json::value Qmp::execute(const std::string& command, json::object arguments,
                         Clock::time_point deadline) {
    send(command, std::move(arguments), -1);
    return answer_to(command, deadline);
}

json::value Qmp::execute_with(int fd, const std::string& command, json::object arguments,
                              Clock::time_point deadline) {
    send(command, std::move(arguments), fd);
    return answer_to(command, deadline);
}

json::value Qmp::answer_to(const std::string& command, Clock::time_point deadline) {
    for (;;) {
        auto answer = read_object(deadline);
        if (!answer) {
            throw QmpError("QEMU did not answer " + command);
        }
        if (keep_event(*answer)) {
            continue;
        }
        if (const json::value* id = answer->if_contains("id"); id == nullptr || *id != last_id_) {
            continue;  // of a command that was not waited for to its end
        }
        if (const json::value* error = answer->if_contains("error")) {
            throw QmpError("QEMU refused " + command + ": " + json::serialize(*error));
        }
        return (*answer)["return"];
    }
}

std::optional<QmpEvent> Qmp::next_event(std::chrono::milliseconds limit) {
    const Clock::time_point deadline = Clock::now() + limit;
    while (events_.empty()) {
        auto object = read_object(deadline);
        if (!object) {
            return std::nullopt;
        }
        keep_event(*object);
    }
    QmpEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace goldsmith::instances
