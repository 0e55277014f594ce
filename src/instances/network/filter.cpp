#include "instances/network/filter.h"

namespace goldsmith::instances {

namespace {

/// More addresses than that at once are not opened: a name server that answers with ever new ones
/// costs a bounded amount of the kernel's memory.
constexpr int kMostOpened = 4096;

std::string set_name(std::size_t list, std::size_t rule) {
    return "names_" + std::to_string(list) + "_" + std::to_string(rule);
}

std::string ports(const EgressRule& rule) {
    const std::string range = std::to_string(rule.from_port) + "-" + std::to_string(rule.to_port);
    return rule.from_port == rule.to_port ? std::to_string(rule.from_port) : range;
}

std::string protocol_match(const EgressRule& rule) {
    const bool every_port = rule.to_port == 0;
    switch (rule.protocol) {
        case Protocol::tcp:
            return every_port ? " meta l4proto tcp" : " tcp dport " + ports(rule);
        case Protocol::udp:
            return every_port ? " meta l4proto udp" : " udp dport " + ports(rule);
        case Protocol::icmp:
            return " meta l4proto icmp";
        case Protocol::any:
            return every_port ? "" : " meta l4proto { tcp, udp } th dport " + ports(rule);
    }
    return "";
}

std::string list_chain(const EgressList& list, std::size_t number) {
    std::string text = "  chain list_" + std::to_string(number) + " {\n";
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string target = list[i].host.empty() ? list[i].cidr : "@" + set_name(number, i);
        text += "    ip daddr " + target + protocol_match(list[i]) + " return\n";
    }
    return text + "    goto refuse\n  }\n";
}

std::string sets(const std::vector<EgressList>& lists) {
    std::string text;
    for (std::size_t list = 0; list < lists.size(); ++list) {
        for (std::size_t rule = 0; rule < lists[list].size(); ++rule) {
            if (!lists[list][rule].host.empty()) {
                text += "  set " + set_name(list, rule) +
                        " { type ipv4_addr; flags timeout; size " + std::to_string(kMostOpened) +
                        "; }\n";
            }
        }
    }
    return text;
}

std::string egress_chain(const NetworkSettings& settings,
                         const std::vector<std::string>& host_addresses) {
    std::string text = "  chain egress {\n    meta nfproto != ipv4 goto refuse\n";
    // Loopback, our own links, and link-local: there the metadata service of the host itself is.
    text += std::string("    ip daddr { 0.0.0.0/8, 127.0.0.0/8, 10.0.2.0/24, 169.254.0.0/16, ") +
            kSlirpNetwork + ", 224.0.0.0/3 } goto refuse\n";
    if (!settings.host_access) {
        for (const std::string& address : host_addresses) {
            text += "    ip daddr " + address + " goto refuse\n";
        }
    }
    for (std::size_t i = 0; i < settings.egress.size(); ++i) {
        text += "    jump list_" + std::to_string(i) + "\n";
    }
    return text + "    accept\n  }\n";
}

constexpr const char* kRefuse = R"(  chain refuse {
    ct state new limit rate 50/second burst 100 packets log group 169 snaplen 64
    meta l4proto tcp reject with tcp reset
    reject with icmpx admin-prohibited
  }
)";

constexpr const char* kHooks = R"(  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "in0" oifname "up0" jump egress
    iifname "in0" goto refuse
  }
  chain output {
    type filter hook output priority filter; policy drop;
    ct state established,related accept
    oifname { "lo", "in0" } accept
    oifname "up0" jump egress
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname "lo" accept
    iifname "in0" ip daddr 10.0.2.3 meta l4proto { tcp, udp } th dport 53 accept
    iifname "in0" ip daddr { 169.254.169.254, 169.254.170.2 } tcp dport 80 accept
    iifname "in0" ip daddr 169.254.170.2 tcp dport 3128 accept
    iifname "in0" ip daddr 10.0.2.2 icmp type echo-request accept
    iifname "in0" goto refuse
  }
  chain hide {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "up0" masquerade
  }
}
)";

}  // namespace

std::string filter_text(const NetworkSettings& settings,
                        const std::vector<std::string>& host_addresses) {
    std::string text = "table inet goldsmith {\n" + sets(settings.egress) + kRefuse;
    for (std::size_t i = 0; i < settings.egress.size(); ++i) {
        text += list_chain(settings.egress[i], i);
    }
    return text + egress_chain(settings, host_addresses) + kHooks;
}

std::string opening_text(const NetworkSettings& settings, const std::string& host,
                         const std::vector<std::string>& addresses, std::uint32_t seconds) {
    std::string text;
    for (std::size_t list = 0; list < settings.egress.size(); ++list) {
        for (std::size_t rule = 0; rule < settings.egress[list].size(); ++rule) {
            if (!names(settings.egress[list][rule], host)) {
                continue;
            }
            for (const std::string& address : addresses) {
                const std::string element = set_name(list, rule) + " { " + address;
                // Taken out first: an element's time starts anew only when it is added anew.
                text += "add element inet goldsmith " + element + " timeout 1s }\n";
                text += "delete element inet goldsmith " + element + " }\n";
                text += "add element inet goldsmith " + element + " timeout " +
                        std::to_string(seconds) + "s }\n";
            }
        }
    }
    return text;
}

base::Command nft_command() {
    base::Command command;
    command.program = "nft";
    command.arguments = {"-f", "-"};
    return command;
}

}  // namespace goldsmith::instances
