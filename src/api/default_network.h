// The network that every account has in every region without making it, as with AWS: a default
// network with one subnet in each of three zones and one security group. Its ids follow from
// account and region. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::api {

struct Zone {
    std::string name{};  // "us-east-1a"
    std::string id{};    // "use1-az1"
};

struct DefaultSubnet {
    std::string id{};
    Zone zone{};
    std::string cidr{};
};

struct DefaultNetwork {
    std::string vpc_id{};
    std::string cidr{};
    std::string dhcp_options_id{};
    std::string group_id{};
    std::string group_name = "default";
    std::vector<DefaultSubnet> subnets{};

    const DefaultSubnet* subnet(std::string_view id) const;
    const DefaultSubnet* subnet_in(std::string_view zone) const;
};

std::vector<Zone> zones_of(const std::string& region);
DefaultNetwork default_network(const std::string& account, const std::string& region);

}  // namespace goldsmith::api
