// The gateway of one instance: a network namespace of ours between the guest and the world. The
// guest never has rights in it. It holds the way out (user-mode NAT by slirp4netns, a link to a
// bridge of the host, or none), the packet filter, a name server, and the addresses at which the
// runner offers services to the guest. A container is joined to it by a ContainerLink; a virtual
// machine runs inside() it with QEMU's own user-mode network, whose traffic leaves as sockets here.
//
//     Gateway gateway({settings, work_directory, report});
//     base::spawn(gateway.inside(qemu_command), options);      // -netdev user,id=n0
//
// Works for an ordinary user, too (then inside a user namespace), but mode nat needs /dev/net/tun
// and mode bridge needs root. Owned by the runner; dies with it however it dies, so
// make it on a thread that lives as long. Construction
// throws base::Error: a network that cannot be filtered does not exist. inside() and listen() may
// be called on any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/files.h"
#include "base/guarded.h"
#include "base/process.h"
#include "instances/network/bridge_address.h"
#include "instances/network/filter.h"
#include "instances/network/name_server.h"
#include "instances/network/network_namespace.h"
#include "instances/network/network_settings.h"

namespace goldsmith::instances {

struct GatewayOptions {
    NetworkSettings network;
    /// A private folder for messages and small files.
    base::Path work;
    /// Gets one line about each refused destination, on a thread of the gateway. May be empty.
    std::function<void(const std::string&)> report;
    /// Instead of the host's own ("192.0.2.53", "192.0.2.53:5353").
    std::optional<std::vector<std::string>> name_servers;
};

class Gateway {
public:
    /// Returns when traffic can pass.
    explicit Gateway(GatewayOptions options);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Why a gateway cannot be made on this host; nothing when it can.
    static std::optional<std::string> unavailable(const NetworkSettings& network);

    /// The command as it runs in the gateway, with the gateway's name server in /etc/resolv.conf.
    /// It has the rights of this process over files, and none over the gateway unless it is root.
    base::Command inside(const base::Command& command) const;
    /// A listener on kMetadataAddress or kApiAddress.
    base::Fd listen(const std::string& address, std::uint16_t port) const;

    const NetworkNamespace& where() const { return where_; }
    /// Of the way out, in bytes.
    unsigned mtu() const;

private:
    void set_up_links();
    void set_up_filter();
    void start_slirp();
    void serve();
    void open(const std::string& name, const DnsAddresses& answer);
    void report(const std::string& what);

    GatewayOptions options_;
    NetworkNamespace where_;
    /// Made when first wanted: it keeps what is mounted at that time busy.
    mutable base::Guarded<base::Fd> mounts_;
    /// Of mode bridge.
    std::optional<BridgeAddress> bridge_address_;
    base::Fd refusals_;
    base::Fd name_socket_;
    std::unique_ptr<base::Child> slirp_;
    base::Fd stop_;
    std::thread thread_;
};

/// The command that connects a namespace to the world; pure. `ready_fd` is written to when it does.
base::Command slirp_command(const std::string& net_path, const std::string& user_path,
                            int ready_fd);

/// Runs `ip -batch -` with these lines. Throws base::Error.
void run_ip(const NetworkNamespace& where, const std::string& lines);

}  // namespace goldsmith::instances
