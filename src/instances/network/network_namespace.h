// A network namespace that belongs to an object: it lasts as long as this object or a process in
// it, however we end. For root a plain namespace; for an ordinary user one inside a user namespace
// of its own, in which we (and nobody else) are root. Thread-safe once made. Failures are
// base::SystemError and base::Error.
#pragma once

#include <functional>
#include <string>

#include "base/fd.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::instances {

class NetworkNamespace {
public:
    NetworkNamespace();

    /// The command that runs `command` in here. With `mounts`, a mount namespace made by
    /// mounts_with(), also there.
    base::Command inside(const base::Command& command, const base::Fd* mounts = nullptr) const;
    /// A descriptor (a socket) that `make` opens in here. `make` runs in a forked child: it must
    /// only make system calls, and returns the descriptor or -1 with errno set.
    base::Fd open_inside(const std::string& what, const std::function<int()>& make) const;
    /// A TCP listener or UDP socket bound to an IPv4 address of this namespace.
    base::Fd listen_tcp(const std::string& address, std::uint16_t port) const;
    base::Fd bind_udp(const std::string& address, std::uint16_t port) const;
    /// A mount namespace that is like ours except that `source` is seen at `target`.
    base::Fd mounts_with(const base::Path& source, const base::Path& target) const;

    /// Names of the namespaces for other programs, valid while this object lives and we do.
    std::string net_path() const;
    /// Empty for root.
    std::string user_path() const;

private:
    base::Fd net_;
    base::Fd user_;
};

/// "/proc/<our pid>/fd/<number>"
std::string path_of_descriptor(int fd);

}  // namespace goldsmith::instances
