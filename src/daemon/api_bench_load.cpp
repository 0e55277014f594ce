#include "daemon/api_bench_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/error.h"
#include "base/fd.h"

namespace goldsmith::daemon {

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
    base::Fd fd;
    std::string out;
    std::size_t sent = 0;
    std::string in;
    Clock::time_point begun;
};

base::Fd connect_to(const std::string& host, std::uint16_t port) {
    base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw base::SystemError("connect to " + host + ":" + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// The size of the whole answer when its head is complete; 0 before.
std::size_t answer_size(const std::string& in) {
    const auto end = in.find("\r\n\r\n");
    if (end == std::string::npos) {
        return 0;
    }
    const auto field = in.find("Content-Length: ");
    std::size_t body = 0;
    if (field < end) {
        std::from_chars(in.data() + field + 16, in.data() + end, body);
    }
    return end + 4 + body;
}

class Load {
public:
    Load(const std::string& host, std::uint16_t port, int connections,
         const std::function<std::string()>& next)
        : next_(next), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (int i = 0; i < connections; ++i) {
            auto connection = std::make_unique<Connection>();
            connection->fd = connect_to(host, port);
            epoll_event event{EPOLLIN, {.ptr = connection.get()}};
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->fd.get(), &event);
            connections_.push_back(std::move(connection));
        }
    }

    LoadResult run(std::chrono::milliseconds time) {
        const auto begin = Clock::now();
        end_ = begin + time;
        for (const auto& connection : connections_) {
            send_next(*connection);
        }
        while (under_way_ > 0) {
            epoll_event events[64];
            const int ready = ::epoll_wait(epoll_.get(), events, 64, 30'000);
            if (ready <= 0) {
                throw base::Error("the server has not answered for 30 s");
            }
            for (int i = 0; i < ready; ++i) {
                receive(*static_cast<Connection*>(events[i].data.ptr));
            }
        }
        result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        std::ranges::sort(result_.latencies_us);
        return std::move(result_);
    }

private:
    void send_next(Connection& connection) {
        if (Clock::now() >= end_) {
            return;
        }
        const auto request = next_();
        if (request.empty()) {
            return;
        }
        connection.begun = Clock::now();
        ++under_way_;
        // Requests are smaller than a socket's buffer: a blocking send does not wait.
        if (::send(connection.fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
            throw base::SystemError("send a request");
        }
    }

    void receive(Connection& connection) {
        char buffer[65536];
        const auto size = ::recv(connection.fd.get(), buffer, sizeof buffer, 0);
        if (size <= 0) {
            throw base::Error("the server closed a connection");
        }
        connection.in.append(buffer, static_cast<std::size_t>(size));
        const auto whole = answer_size(connection.in);
        if (whole == 0 || connection.in.size() < whole) {
            return;
        }
        --under_way_;
        take_answer(connection);
        connection.in.clear();
        send_next(connection);
    }

    void take_answer(Connection& connection) {
        ++result_.answers;
        const auto latency = Clock::now() - connection.begun;
        result_.latencies_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(latency).count()));
        if (connection.in.starts_with("HTTP/1.1 200")) {
            return;
        }
        if (connection.in.find("CallRateLimitExceeded") != std::string::npos) {
            ++result_.throttled;
        } else if (result_.errors++ == 0) {
            result_.first_error = connection.in.substr(0, 600);
        }
    }

    const std::function<std::string()>& next_;
    base::Fd epoll_;
    std::vector<std::unique_ptr<Connection>> connections_;
    Clock::time_point end_;
    int under_way_ = 0;
    LoadResult result_;
};

}  // namespace

double LoadResult::percentile_ms(double part) const {
    if (latencies_us.empty()) {
        return 0;
    }
    const auto last = static_cast<double>(latencies_us.size() - 1);
    return latencies_us[static_cast<std::size_t>(part * last)] / 1000.0;
}

LoadResult run_load(const std::string& host, std::uint16_t port, int connections,
                    std::chrono::milliseconds time, const std::function<std::string()>& next) {
    return Load(host, port, connections, next).run(time);
}

}  // namespace goldsmith::daemon
