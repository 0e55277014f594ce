// Which network an instance is in, and what it may reach from there (docs/networks.md). Plain
// values, from the server's configuration by way of the run's specification.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace goldsmith::instances {

enum class NetworkMode { nat, isolated, bridge };
enum class Protocol { any, tcp, udp, icmp };

/// One line of an allow-list: to whom, and how.
struct EgressRule {
    /// Either a name, "deb.debian.org" or "*.debian.org" (what is below it, not itself),
    std::string host{};
    /// or an IPv4 address or range: "203.0.113.7", "10.0.0.0/8".
    std::string cidr{};
    Protocol protocol = Protocol::any;
    /// Of tcp and udp (any: of both); 0 and 0: every port.
    std::uint16_t from_port = 0;
    std::uint16_t to_port = 0;

    bool operator==(const EgressRule&) const = default;
};

/// Traffic passes when one of the rules allows it; an empty list allows nothing.
using EgressList = std::vector<EgressRule>;

struct NetworkSettings {
    /// For messages.
    std::string name = "default";
    NetworkMode mode = NetworkMode::nat;
    /// Traffic must pass each of the lists. None: everything but this host itself.
    std::vector<EgressList> egress;
    /// The host's own addresses may be reached, where the lists allow it.
    bool host_access = false;
    /// Of mode bridge: the bridge of the host, the addresses on it that instances may have
    /// ("10.9.0.7/24"; each has one of them alone) and its router.
    std::string bridge;
    std::vector<std::string> bridge_addresses;
    std::string bridge_router;

    bool operator==(const NetworkSettings&) const = default;
};

/// Why the settings cannot be used ("'10.0.0.0/33' is no IPv4 address or range"); empty when they
/// can. What passes is safe to write into a rule set: letters, digits, dots, dashes and a slash.
std::string problem_of(const NetworkSettings& settings);

/// The name ("deb.debian.org", any case, with or without a last dot) is what the rule names.
bool names(const EgressRule& rule, const std::string& host);

}  // namespace goldsmith::instances
