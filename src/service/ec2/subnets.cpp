#include "service/ec2/subnets.h"

namespace goldsmith::service::ec2 {

std::vector<SubnetFacts> subnets_of(const api::Networks& networks, const api::DefaultNetwork& own) {
    std::vector<SubnetFacts> subnets;
    for (const api::DefaultSubnet& subnet : own.subnets) {
        subnets.push_back({.id = subnet.id,
                           .name = own.group_name,
                           .zone = subnet.zone,
                           .cidr = subnet.cidr,
                           .is_default = true});
    }
    for (const api::NamedNetwork& network : networks.networks()) {
        if (!network.is_default()) {
            subnets.push_back({.id = network.id(),
                               .name = network.name,
                               .zone = own.subnets.front().zone,
                               .cidr = network.cidr});
        }
    }
    return subnets;
}

}  // namespace goldsmith::service::ec2
