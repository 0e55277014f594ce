#include "service/ec2/networks.h"

#include "api/generated/ec2/networks_json.h"
#include "service/ec2/default_network.h"
#include "service/ec2/short_lists.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

/// Addresses of a /20, less the five that AWS keeps in every subnet.
constexpr std::int32_t subnet_addresses = 4096 - 5;

const std::vector<ec2::Tag> no_tags;

std::string arn(const api::CallContext& context, const std::string& type, const std::string& id) {
    return "arn:aws:ec2:" + context.region + ":" + context.account + ":" + type + "/" + id;
}

ListedItem<ec2::Subnet> subnet_item(const api::CallContext& context, const DefaultNetwork& network,
                                    const DefaultSubnet& subnet) {
    const std::string subnet_arn = arn(context, "subnet", subnet.id);
    return {.id = subnet.id,
            .item = {.subnet_id = subnet.id,
                     .subnet_arn = subnet_arn,
                     .state = "available",
                     .vpc_id = network.vpc_id,
                     .owner_id = context.account,
                     .cidr_block = subnet.cidr,
                     .available_ip_address_count = subnet_addresses,
                     .availability_zone = subnet.zone.name,
                     .availability_zone_id = subnet.zone.id,
                     .default_for_az = true,
                     .map_public_ip_on_launch = false,
                     .tags = no_tags},
            .values = {{"availability-zone", {subnet.zone.name}},
                       {"availabilityZone", {subnet.zone.name}},
                       {"availability-zone-id", {subnet.zone.id}},
                       {"cidr-block", {subnet.cidr}},
                       {"default-for-az", {"true"}},
                       {"map-public-ip-on-launch", {"false"}},
                       {"owner-id", {context.account}},
                       {"state", {"available"}},
                       {"subnet-arn", {subnet_arn}},
                       {"subnet-id", {subnet.id}},
                       {"vpc-id", {network.vpc_id}}}};
}

/// Everything out, nothing in: what the machines' network does.
ListedItem<ec2::SecurityGroup> group_item(const api::CallContext& context,
                                          const DefaultNetwork& network) {
    const std::string description = "default VPC security group";
    const ec2::IpPermission everything{
        .ip_protocol = "-1", .ip_ranges = std::vector<ec2::IpRange>{{.cidr_ip = "0.0.0.0/0"}}};
    return {.id = network.group_id,
            .item = {.group_id = network.group_id,
                     .group_name = network.group_name,
                     .description = description,
                     .owner_id = context.account,
                     .vpc_id = network.vpc_id,
                     .security_group_arn = arn(context, "security-group", network.group_id),
                     .ip_permissions = std::vector<ec2::IpPermission>{},
                     .ip_permissions_egress = std::vector<ec2::IpPermission>{everything},
                     .tags = no_tags},
            .values = {{"description", {description}},
                       {"group-id", {network.group_id}},
                       {"group-name", {network.group_name}},
                       {"owner-id", {context.account}},
                       {"vpc-id", {network.vpc_id}}}};
}

}  // namespace

ec2::DescribeAvailabilityZonesResponse NetworkFamily::describe_availability_zones(
    const api::CallContext& context, const ec2::DescribeAvailabilityZonesRequest& request) {
    stop_if_dry_run(request.dry_run);
    std::vector<ListedItem<ec2::AvailabilityZone>> items;
    for (const Zone& zone : zones_of(context.region)) {
        items.push_back({.id = zone.name,
                         .item = {.group_name = context.region,
                                  .network_border_group = context.region,
                                  .opt_in_status = "opt-in-not-required",
                                  .region_name = context.region,
                                  .state = "available",
                                  .zone_id = zone.id,
                                  .zone_name = zone.name,
                                  .zone_type = "availability-zone"},
                         .values = {{"group-name", {context.region}},
                                    {"opt-in-status", {"opt-in-not-required"}},
                                    {"region-name", {context.region}},
                                    {"state", {"available"}},
                                    {"zone-id", {zone.id}},
                                    {"zone-name", {zone.name}},
                                    {"zone-type", {"availability-zone"}}}});
    }
    auto zones = select_items<ec2::InvalidParameterValue>(std::move(items), request.zone_names,
                                                          request.filters, "zone");
    for (const std::string& id : request.zone_ids.value_or(std::vector<std::string>{})) {
        if (std::ranges::none_of(zones_of(context.region),
                                 [&](const Zone& zone) { return zone.id == id; })) {
            throw ec2::InvalidParameterValue("Invalid availability zone-id: [" + id + "]");
        }
    }
    if (request.zone_ids && !request.zone_ids->empty()) {
        std::erase_if(zones, [&](const ec2::AvailabilityZone& zone) {
            return std::ranges::find(*request.zone_ids, *zone.zone_id) == request.zone_ids->end();
        });
    }
    return {.availability_zones = std::move(zones)};
}

ec2::DescribeVpcsResponse NetworkFamily::describe_vpcs(const api::CallContext& context,
                                                       const ec2::DescribeVpcsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const DefaultNetwork network = default_network(context.account, context.region);
    const std::vector<ec2::VpcCidrBlockAssociation> blocks{
        {.association_id = "vpc-cidr-assoc-" + network.vpc_id.substr(4),
         .cidr_block = network.cidr}};
    auto vpcs = select_items<ec2::InvalidVpcIdNotFound>(
        std::vector<ListedItem<ec2::Vpc>>{
            {.id = network.vpc_id,
             .item = {.vpc_id = network.vpc_id,
                      .state = "available",
                      .owner_id = context.account,
                      .cidr_block = network.cidr,
                      .cidr_block_associations = blocks,
                      .dhcp_options_id = network.dhcp_options_id,
                      .instance_tenancy = "default",
                      .is_default = true,
                      .tags = no_tags},
             .values = {{"cidr", {network.cidr}},
                        {"cidr-block", {network.cidr}},
                        {"dhcp-options-id", {network.dhcp_options_id}},
                        {"is-default", {"true"}},
                        {"isDefault", {"true"}},
                        {"owner-id", {context.account}},
                        {"state", {"available"}},
                        {"vpc-id", {network.vpc_id}}}}},
        request.vpc_ids, request.filters, "vpc ID");
    auto page =
        page_items(dependencies_.page_tokens, context, "DescribeVpcs", request, std::move(vpcs));
    return {.vpcs = std::move(page.items), .next_token = page.next_token};
}

ec2::DescribeSubnetsResponse NetworkFamily::describe_subnets(
    const api::CallContext& context, const ec2::DescribeSubnetsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const DefaultNetwork network = default_network(context.account, context.region);
    std::vector<ListedItem<ec2::Subnet>> items;
    for (const DefaultSubnet& subnet : network.subnets) {
        items.push_back(subnet_item(context, network, subnet));
    }
    auto subnets = select_items<ec2::InvalidSubnetIdNotFound>(std::move(items), request.subnet_ids,
                                                              request.filters, "subnet ID");
    auto page = page_items(dependencies_.page_tokens, context, "DescribeSubnets", request,
                           std::move(subnets));
    return {.subnets = std::move(page.items), .next_token = page.next_token};
}

ec2::DescribeSecurityGroupsResponse NetworkFamily::describe_security_groups(
    const api::CallContext& context, const ec2::DescribeSecurityGroupsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const DefaultNetwork network = default_network(context.account, context.region);
    for (const std::string& name : request.group_names.value_or(std::vector<std::string>{})) {
        if (name != network.group_name) {
            throw ec2::InvalidGroupNotFound("The security group '" + name + "' does not exist");
        }
    }
    auto groups = select_items<ec2::InvalidGroupNotFound>(
        std::vector<ListedItem<ec2::SecurityGroup>>{group_item(context, network)},
        request.group_ids, request.filters, "security group");
    auto page = page_items(dependencies_.page_tokens, context, "DescribeSecurityGroups", request,
                           std::move(groups));
    return {.security_groups = std::move(page.items), .next_token = page.next_token};
}

ec2::DescribeKeyPairsResponse NetworkFamily::describe_key_pairs(
    const api::CallContext&, const ec2::DescribeKeyPairsRequest& request) {
    stop_if_dry_run(request.dry_run);
    for (const auto* ids : {&request.key_names, &request.key_pair_ids}) {
        for (const std::string& id : ids->value_or(std::vector<std::string>{})) {
            throw ec2::InvalidKeyPairNotFound("The key pair '" + id +
                                              "' does not exist: this server keeps no key pairs");
        }
    }
    static constexpr api::FilterRule rules[] = {{"key-name", api::Match::glob},
                                                {"key-pair-id", api::Match::glob},
                                                {"fingerprint", api::Match::glob},
                                                {"tag-key", api::Match::glob},
                                                {"tag:*", api::Match::glob}};
    api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, rules);
    return {.key_pairs = std::vector<ec2::KeyPairInfo>{}};
}

}  // namespace goldsmith::service::ec2
