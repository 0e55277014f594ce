// What the packet filter refused, for people. The kernel reports the head of each refused packet to
// a netlink socket in the gateway's namespace (NFLOG); here it becomes "203.0.113.7:443/tcp". Each
// destination is told once, and only so many: a guest that scans the internet does not fill a log.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "instances/network/network_namespace.h"

namespace goldsmith::instances {

/// "203.0.113.7:443/tcp" of the head of an IPv4 packet, "203.0.113.7/icmp"; "[2001:db8::1]:443/tcp"
/// of IPv6. Nothing when it is neither. Pure.
std::optional<std::string> destination_of(std::string_view packet);
/// The packets in one datagram of the netlink socket. Pure; hostile bytes give fewer.
std::vector<std::string_view> packets_of(std::string_view datagram);

/// A non-blocking netlink socket that receives what `log group` reports in the namespace.
base::Fd listen_for_refusals(const NetworkNamespace& where, std::uint16_t group);

/// Remembers what has been said.
class RefusalReport {
public:
    static constexpr std::size_t kMostLines = 200;

    /// The line to write about a refusal, if one is to be written.
    std::optional<std::string> line(const std::string& what, const std::string& network);

private:
    std::set<std::string> told_;
    bool ended_ = false;
};

}  // namespace goldsmith::instances
