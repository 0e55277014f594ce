#include "guest/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace goldsmith::guest {

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw base::SystemError("use socket " + path, ENAMETOOLONG);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

base::Fd make_socket() {
    base::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) {
        throw base::SystemError("make a unix socket");
    }
    return fd;
}

bool is_trusted(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == ::geteuid());
}

}  // namespace

base::Fd connect_unix(const std::string& path) {
    base::Fd fd = make_socket();
    const sockaddr_un address = address_of(path);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw base::SystemError("connect to " + path);
    }
    return fd;
}

base::Fd listen_unix(const std::string& path) {
    base::Fd fd = make_socket();
    const sockaddr_un address = address_of(path);
    ::unlink(path.c_str());
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), 0600) != 0 || ::listen(fd.get(), 4) != 0) {
        throw base::SystemError("listen on " + path);
    }
    return fd;
}

base::Fd accept_unix(int listener) {
    for (;;) {
        if (auto connection = accept_unix_for(listener, std::chrono::hours(24))) {
            return std::move(*connection);
        }
    }
}

std::optional<base::Fd> accept_unix_for(int listener, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() < 0) {
            return std::nullopt;
        }
        pollfd entry{listener, POLLIN, 0};
        if (::poll(&entry, 1, static_cast<int>(left.count())) <= 0) {
            continue;
        }
        base::Fd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection && errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
            throw base::SystemError("accept a connection of the guest's agent");
        }
        if (connection && is_trusted(connection.get())) {
            return connection;
        }
    }
}

}  // namespace goldsmith::guest
