// The name server of a gateway: answers for the names of the network's allow-lists and no others,
// by asking the host's own name servers, and has the packet filter opened for exactly the addresses
// that it answers with, before it answers. IPv4 only: a question for AAAA gets an empty answer.
// UDP only. Everything a guest can make it do is bounded. One thread: the gateway's.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/fd.h"
#include "instances/network/dns_message.h"
#include "instances/network/network_settings.h"

namespace goldsmith::instances {

/// "nameserver" lines of /etc/resolv.conf, IPv4 only. Pure.
std::vector<std::string> name_servers_of(const std::string& resolv_conf);

/// The name may be asked for in this network. Pure.
bool may_resolve(const NetworkSettings& settings, const std::string& name);

class NameServer {
public:
    using Clock = std::chrono::steady_clock;
    struct Hooks {
        /// Opens the filter; called before the answer leaves. Never throws.
        std::function<void(const std::string& name, const DnsAddresses& answer)> open;
        std::function<void(const std::string& name)> refused;
    };
    static constexpr std::size_t kMostPending = 64;

    /// `socket`: bound, non-blocking, in the gateway. `upstream`: "192.0.2.53" or
    /// "192.0.2.53:5353".
    NameServer(base::Fd socket, std::vector<std::string> upstream, NetworkSettings settings,
               Hooks hooks);

    /// Adds what to wait for.
    void add_to(std::vector<pollfd>& wanted) const;
    /// Does what can be done without waiting, and gives up what has waited too long.
    void work();
    /// How long to wait at most.
    std::chrono::milliseconds patience() const;

private:
    struct Pending {
        base::Fd socket;
        std::string query;
        DnsQuestion question;
        std::string client;  // a sockaddr
        std::uint16_t upstream_id = 0;
        std::size_t server = 0;
        Clock::time_point give_up;
    };

    void take_query();
    void ask(Pending pending);
    bool answered(Pending& pending);
    void reply(const std::string& client, const std::string& message);

    base::Fd socket_;
    std::vector<std::string> upstream_;
    NetworkSettings settings_;
    Hooks hooks_;
    std::vector<Pending> pending_;
};

}  // namespace goldsmith::instances
