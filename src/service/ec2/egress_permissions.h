// What a named security group allows, as DescribeSecurityGroups shows it. A rule for a host name
// has no form of its own in EC2: it is shown as a prefix list (a set of addresses that changes)
// whose description is the name. Pure.
#pragma once

#include <vector>

#include "api/generated/ec2/networks_types.h"
#include "api/networks.h"

namespace goldsmith::service::ec2 {

std::vector<api::ec2::IpPermission> egress_permissions(const api::NamedGroup& group);

}  // namespace goldsmith::service::ec2
