#include "instances/network/network_namespace.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

constexpr int kMostDescriptors = 2;

/// What a child sends: errno or 0, with descriptors beside it.
void send_result(int socket, int error, const int* fds, int count) {
    iovec part{&error, sizeof error};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostDescriptors)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > 0) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(sizeof(int) * static_cast<std::size_t>(count));
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * static_cast<std::size_t>(count));
        std::memcpy(CMSG_DATA(header), fds, sizeof(int) * static_cast<std::size_t>(count));
    }
    while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}

std::array<base::Fd, kMostDescriptors> receive_result(int socket, const std::string& what) {
    int error = ECHILD;  // the child died before it could say anything
    iovec part{&error, sizeof error};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostDescriptors)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    while (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC) < 0 && errno == EINTR) {
    }
    if (error != 0) {
        throw base::SystemError(what, error);
    }
    std::array<base::Fd, kMostDescriptors> fds;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
        std::array<int, kMostDescriptors> numbers{-1, -1};
        std::memcpy(numbers.data(), CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
        fds = {base::Fd(numbers[0]), base::Fd(numbers[1])};
    }
    return fds;
}

/// Runs `work` in a child and takes over the descriptors that it opened. `work` fills the array and
/// returns how many there are, or -1 with errno set.
std::array<base::Fd, kMostDescriptors> from_child(const std::string& what,
                                                  const std::function<int(int*)>& work) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        throw base::SystemError("make a socket pair");
    }
    base::Fd ours(ends[0]);
    base::Fd theirs(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) {
        throw base::SystemError("fork");
    }
    if (child == 0) {
        int fds[kMostDescriptors] = {-1, -1};
        const int count = work(fds);
        send_result(theirs.get(), count < 0 ? errno : 0, fds, count < 0 ? 0 : count);
        ::_exit(0);
    }
    theirs.reset();
    const auto reap = [&] {
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    };
    try {
        auto fds = receive_result(ours.get(), what);
        reap();
        return fds;
    } catch (...) {
        reap();
        throw;
    }
}

bool write_text(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    const auto size = static_cast<ssize_t>(std::strlen(text));
    if (fd < 0 || ::write(fd, text, static_cast<std::size_t>(size)) != size) {
        return false;
    }
    ::close(fd);
    return true;
}

/// In a child. Our own id becomes root in the new user namespace, and nobody else exists there.
int unshare_network(bool with_user, const char* uid_map, const char* gid_map, int* fds) {
    if (::unshare(CLONE_NEWNET | (with_user ? CLONE_NEWUSER : 0)) != 0) {
        return -1;
    }
    if (with_user && (!write_text("/proc/self/setgroups", "deny") ||
                      !write_text("/proc/self/uid_map", uid_map) ||
                      !write_text("/proc/self/gid_map", gid_map))) {
        return -1;
    }
    fds[0] = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    fds[1] = with_user ? ::open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC) : -1;
    return fds[0] < 0 || (with_user && fds[1] < 0) ? -1 : 1 + (with_user ? 1 : 0);
}

int bound_socket(int type, const sockaddr_in& address) {
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int one = 1;
    if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return -1;
    }
    return type != SOCK_STREAM || ::listen(fd, 64) == 0 ? fd : -1;
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
        throw base::Error("'" + text + "' is no IPv4 address");
    }
    return address;
}

}  // namespace

std::string path_of_descriptor(int fd) {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
}

NetworkNamespace::NetworkNamespace() {
    const bool with_user = ::geteuid() != 0;
    const std::string uid_map = "0 " + std::to_string(::geteuid()) + " 1\n";
    const std::string gid_map = "0 " + std::to_string(::getegid()) + " 1\n";
    auto fds =
        from_child(with_user ? "make a user and network namespace (are they allowed for "
                               "ordinary users of this host?)"
                             : "make a network namespace",
                   [&](int* made) {
                       return unshare_network(with_user, uid_map.c_str(), gid_map.c_str(), made);
                   });
    net_ = std::move(fds[0]);
    user_ = std::move(fds[1]);
}

base::Command NetworkNamespace::inside(const base::Command& command, const base::Fd* mounts) const {
    base::Command entered = command;
    entered.program = "nsenter";
    entered.arguments.clear();
    if (user_) {
        entered.arguments = {"--preserve-credentials", "--user=" + user_path()};
    }
    entered.arguments.push_back("--net=" + net_path());
    if (mounts != nullptr) {
        entered.arguments.push_back("--mount=" + path_of_descriptor(mounts->get()));
    }
    entered.arguments.push_back("--");
    entered.arguments.push_back(command.program);
    entered.arguments.insert(entered.arguments.end(), command.arguments.begin(),
                             command.arguments.end());
    return entered;
}

base::Fd NetworkNamespace::open_inside(const std::string& what,
                                       const std::function<int()>& make) const {
    auto fds = from_child(what, [&](int* made) {
        if ((user_ && ::setns(user_.get(), CLONE_NEWUSER) != 0) ||
            ::setns(net_.get(), CLONE_NEWNET) != 0) {
            return -1;
        }
        made[0] = make();
        return made[0] < 0 ? -1 : 1;
    });
    return std::move(fds[0]);
}

base::Fd NetworkNamespace::listen_tcp(const std::string& address, std::uint16_t port) const {
    const sockaddr_in where = address_of(address, port);
    return open_inside("listen on " + address + ":" + std::to_string(port),
                       [&] { return bound_socket(SOCK_STREAM, where); });
}

base::Fd NetworkNamespace::bind_udp(const std::string& address, std::uint16_t port) const {
    const sockaddr_in where = address_of(address, port);
    return open_inside("bind " + address + ":" + std::to_string(port),
                       [&] { return bound_socket(SOCK_DGRAM, where); });
}

base::Fd NetworkNamespace::mounts_with(const base::Path& source, const base::Path& target) const {
    const std::string from = source.string();
    const std::string to = target.string();
    return open_inside("show " + from + " at " + to, [&] {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0 ||
            ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0) {
            return -1;
        }
        return ::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    });
}

std::string NetworkNamespace::net_path() const {
    return path_of_descriptor(net_.get());
}

std::string NetworkNamespace::user_path() const {
    return user_ ? path_of_descriptor(user_.get()) : "";
}

}  // namespace goldsmith::instances
