// Zones, networks, subnets, security groups and key pairs: the default ones, which every account
// has in every region (api/default_network.h), and those of the server's configuration.
// Thread-safe.
#pragma once

#include "api/generated/ec2/networks.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class NetworkFamily final : public api::ec2::Networks {
public:
    explicit NetworkFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeAvailabilityZonesResponse describe_availability_zones(
        const api::CallContext& context,
        const api::ec2::DescribeAvailabilityZonesRequest& request) override;
    api::ec2::DescribeVpcsResponse describe_vpcs(
        const api::CallContext& context, const api::ec2::DescribeVpcsRequest& request) override;
    api::ec2::DescribeSubnetsResponse describe_subnets(
        const api::CallContext& context, const api::ec2::DescribeSubnetsRequest& request) override;
    api::ec2::DescribeSecurityGroupsResponse describe_security_groups(
        const api::CallContext& context,
        const api::ec2::DescribeSecurityGroupsRequest& request) override;
    api::ec2::DescribeKeyPairsResponse describe_key_pairs(
        const api::CallContext& context, const api::ec2::DescribeKeyPairsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
