#include "api/default_network.h"

#include <algorithm>

#include "base/hash.h"

namespace goldsmith::api {

namespace {

constexpr std::size_t id_digits = 17;

std::string id_of(const std::string& prefix, const std::string& what) {
    return prefix + base::sha256_hex("default " + prefix + what).substr(0, id_digits);
}

/// "us-east-1" -> "use1", "ap-southeast-2" -> "apse2": how AWS's zone ids begin.
std::string short_region(const std::string& region) {
    const auto first = region.find('-');
    const auto last = region.rfind('-');
    if (first == std::string::npos || first == last) {
        return region;
    }
    std::string direction;
    for (std::string rest = region.substr(first + 1, last - first - 1); !rest.empty();) {
        static constexpr std::string_view names[] = {"north", "south", "east", "west", "central"};
        const auto* const found =
            std::find_if(std::begin(names), std::end(names),
                         [&](std::string_view name) { return rest.starts_with(name); });
        if (found == std::end(names)) {
            return region;
        }
        direction += found->front();
        rest.erase(0, found->size());
    }
    return region.substr(0, first) + direction + region.substr(last + 1);
}

}  // namespace

const DefaultSubnet* DefaultNetwork::subnet(std::string_view id) const {
    const auto found =
        std::ranges::find_if(subnets, [&](const auto& subnet) { return subnet.id == id; });
    return found == subnets.end() ? nullptr : &*found;
}

const DefaultSubnet* DefaultNetwork::subnet_in(std::string_view zone) const {
    const auto found =
        std::ranges::find_if(subnets, [&](const auto& subnet) { return subnet.zone.name == zone; });
    return found == subnets.end() ? nullptr : &*found;
}

std::vector<Zone> zones_of(const std::string& region) {
    const std::string id = short_region(region) + "-az";
    return {{region + "a", id + "1"}, {region + "b", id + "2"}, {region + "c", id + "3"}};
}

DefaultNetwork default_network(const std::string& account, const std::string& region) {
    const std::string owner = account + " " + region;
    DefaultNetwork network{.vpc_id = id_of("vpc-", owner),
                           .cidr = "172.31.0.0/16",
                           .dhcp_options_id = id_of("dopt-", owner),
                           .group_id = id_of("sg-", owner)};
    for (const Zone& zone : zones_of(region)) {
        network.subnets.push_back(
            {.id = id_of("subnet-", owner + zone.name),
             .zone = zone,
             .cidr = "172.31." + std::to_string(16 * network.subnets.size()) + ".0/20"});
    }
    return network;
}

}  // namespace goldsmith::api
