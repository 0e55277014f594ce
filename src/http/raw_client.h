#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

// What this folder's tests share.
namespace goldsmith::http {

// A client that says exactly what it is told to say.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawClient() { ::close(fd_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    // Says that nothing more will come, and goes on reading.
    void shut_down_sending() const { ::shutdown(fd_, SHUT_WR); }

    bool connected() const { return connected_; }

    void send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;  // the server closed; the test looks at what it said
            }
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    // Reads until the text ends with `end`, the server closes, or ten seconds are over.
    std::string read_until(std::string_view end) {
        std::string text;
        std::array<char, 4096> buffer{};
        while (end.empty() || !text.ends_with(end)) {
            pollfd ready{fd_, POLLIN, 0};
            if (::poll(&ready, 1, 10'000) <= 0) {
                return text + "[TIMED OUT]";
            }
            const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (size <= 0) {
                return text + "[CLOSED]";
            }
            text.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return text;
    }
    std::string read_all() { return read_until(""); }

    // What comes within that time; "[CLOSED]" at the end when the server closed.
    std::string read_for(std::chrono::milliseconds time) const {
        std::string text;
        std::array<char, 4096> buffer{};
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(time.count())) > 0) {
            const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
            text =
                size <= 0 ? "[CLOSED]" : std::string(buffer.data(), static_cast<std::size_t>(size));
        }
        return text;
    }

private:
    int fd_;
    bool connected_ = false;
};

}  // namespace goldsmith::http
