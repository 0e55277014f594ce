#include "service/ec2/egress_permissions.h"

#include "base/hash.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t id_digits = 17;
constexpr std::int32_t last_port = 65535;

/// EC2's "-1" (everything) has no ports, so that ports of any protocol are ports of two.
std::vector<std::string> protocols_of(const api::runner::EgressRule& rule) {
    using enum api::runner::EgressProtocol;
    switch (rule.protocol.value_or(all)) {
        case tcp:
            return {"tcp"};
        case udp:
            return {"udp"};
        case icmp:
            return {"icmp"};
        case all:
            break;
    }
    return rule.from_port ? std::vector<std::string>{"tcp", "udp"} : std::vector<std::string>{"-1"};
}

ec2::IpPermission permission(const api::runner::EgressRule& rule, const std::string& protocol) {
    ec2::IpPermission shown{.ip_protocol = protocol};
    if (protocol == "icmp") {
        shown.from_port = shown.to_port = -1;
    } else if (protocol != "-1") {
        shown.from_port = rule.from_port.value_or(0);
        shown.to_port = rule.to_port.value_or(last_port);
    }
    if (rule.cidr) {
        const bool is_range = rule.cidr->find('/') != std::string::npos;
        shown.ip_ranges =
            std::vector<ec2::IpRange>{{.cidr_ip = is_range ? *rule.cidr : *rule.cidr + "/32"}};
    } else {
        const std::string host = rule.host.value_or("");
        shown.prefix_list_ids = std::vector<ec2::PrefixListId>{
            {.prefix_list_id = "pl-" + base::sha256_hex("host " + host).substr(0, id_digits),
             .description = host}};
    }
    return shown;
}

}  // namespace

std::vector<ec2::IpPermission> egress_permissions(const api::NamedGroup& group) {
    if (!group.egress) {
        return {{.ip_protocol = "-1",
                 .ip_ranges = std::vector<ec2::IpRange>{{.cidr_ip = "0.0.0.0/0"}}}};
    }
    std::vector<ec2::IpPermission> permissions;
    for (const api::runner::EgressRule& rule : *group.egress) {
        for (const std::string& protocol : protocols_of(rule)) {
            permissions.push_back(permission(rule, protocol));
        }
    }
    return permissions;
}

}  // namespace goldsmith::service::ec2
