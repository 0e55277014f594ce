// The subnets of an account in a region: the default ones, one in each zone, and one for each named
// network of the server's configuration, in the first zone. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/networks.h"

namespace goldsmith::service::ec2 {

struct SubnetFacts {
    std::string id{};
    std::string name{};  ///< of the network; every default subnet leads to `default`
    api::Zone zone{};
    std::string cidr{};
    bool is_default = false;
};

std::vector<SubnetFacts> subnets_of(const api::Networks& networks, const api::DefaultNetwork& own);

}  // namespace goldsmith::service::ec2
