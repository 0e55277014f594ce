#include "service/ec2/networks.h"

#include <algorithm>

#include "api/generated/ec2/networks_json.h"
#include "api/networks.h"
#include "base/hash.h"
#include "service/ec2/egress_permissions.h"
#include "service/ec2/short_lists.h"
#include "service/ec2/subnets.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

/// Addresses of a /20, less the five that AWS keeps in every subnet.
constexpr std::int32_t subnet_addresses = 4096 - 5;

const std::vector<ec2::Tag> no_tags;

std::string arn(const api::CallContext& context, const std::string& type, const std::string& id) {
    return "arn:aws:ec2:" + context.region + ":" + context.account + ":" + type + "/" + id;
}

ListedItem<ec2::Subnet> subnet_item(const api::CallContext& context,
                                    const api::DefaultNetwork& network, const SubnetFacts& subnet) {
    const std::string subnet_arn = arn(context, "subnet", subnet.id);
    const std::string is_default = subnet.is_default ? "true" : "false";
    ListedItem<ec2::Subnet> listed{.id = subnet.id,
                                   .item = {.subnet_id = subnet.id,
                                            .subnet_arn = subnet_arn,
                                            .state = "available",
                                            .vpc_id = network.vpc_id,
                                            .owner_id = context.account,
                                            .cidr_block = subnet.cidr,
                                            .available_ip_address_count = subnet_addresses,
                                            .availability_zone = subnet.zone.name,
                                            .availability_zone_id = subnet.zone.id,
                                            .default_for_az = subnet.is_default,
                                            .map_public_ip_on_launch = false,
                                            .tags = no_tags},
                                   .values = {{"availability-zone", {subnet.zone.name}},
                                              {"availabilityZone", {subnet.zone.name}},
                                              {"availability-zone-id", {subnet.zone.id}},
                                              {"cidr-block", {subnet.cidr}},
                                              {"default-for-az", {is_default}},
                                              {"map-public-ip-on-launch", {"false"}},
                                              {"owner-id", {context.account}},
                                              {"state", {"available"}},
                                              {"subnet-arn", {subnet_arn}},
                                              {"subnet-id", {subnet.id}},
                                              {"vpc-id", {network.vpc_id}}}};
    if (!subnet.is_default) {
        listed.item.tags = std::vector<ec2::Tag>{{.key = "Name", .value = subnet.name}};
        listed.values["tag-key"] = {"Name"};
        listed.values["tag:Name"] = {subnet.name};
    }
    return listed;
}

/// Nothing comes in: what the machines' network does.
ListedItem<ec2::SecurityGroup> group_item(const api::CallContext& context,
                                          const api::DefaultNetwork& network,
                                          const api::NamedGroup& group) {
    const std::string id = api::id_of(network, group);
    const std::string description =
        group.is_default() && !group.egress ? "default VPC security group" : group.description;
    return {.id = id,
            .item = {.group_id = id,
                     .group_name = group.name,
                     .description = description,
                     .owner_id = context.account,
                     .vpc_id = network.vpc_id,
                     .security_group_arn = arn(context, "security-group", id),
                     .ip_permissions = std::vector<ec2::IpPermission>{},
                     .ip_permissions_egress = egress_permissions(group),
                     .tags = no_tags},
            .values = {{"description", {description}},
                       {"group-id", {id}},
                       {"group-name", {group.name}},
                       {"owner-id", {context.account}},
                       {"vpc-id", {network.vpc_id}}}};
}

/// The default network's own block, and those of named networks.
std::vector<ec2::VpcCidrBlockAssociation> blocks_of(const api::Networks& networks,
                                                    const api::DefaultNetwork& own) {
    std::vector<ec2::VpcCidrBlockAssociation> blocks;
    const auto add = [&](const std::string& block) {
        if (std::ranges::none_of(blocks,
                                 [&](const auto& one) { return one.cidr_block == block; })) {
            blocks.push_back({.association_id = "vpc-cidr-assoc-" +
                                                base::sha256_hex(own.vpc_id + block).substr(0, 17),
                              .cidr_block = block});
        }
    };
    add(own.cidr);
    for (const SubnetFacts& subnet : subnets_of(networks, own)) {
        if (!subnet.is_default) {
            add(subnet.cidr);
        }
    }
    return blocks;
}

}  // namespace

ec2::DescribeAvailabilityZonesResponse NetworkFamily::describe_availability_zones(
    const api::CallContext& context, const ec2::DescribeAvailabilityZonesRequest& request) {
    stop_if_dry_run(request.dry_run);
    std::vector<ListedItem<ec2::AvailabilityZone>> items;
    for (const api::Zone& zone : api::zones_of(context.region)) {
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
        if (std::ranges::none_of(api::zones_of(context.region),
                                 [&](const api::Zone& zone) { return zone.id == id; })) {
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
    const api::DefaultNetwork network = api::default_network(context.account, context.region);
    auto vpcs = select_items<ec2::InvalidVpcIdNotFound>(
        std::vector<ListedItem<ec2::Vpc>>{
            {.id = network.vpc_id,
             .item = {.vpc_id = network.vpc_id,
                      .state = "available",
                      .owner_id = context.account,
                      .cidr_block = network.cidr,
                      .cidr_block_associations = blocks_of(*dependencies_.networks, network),
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
    const api::DefaultNetwork network = api::default_network(context.account, context.region);
    std::vector<ListedItem<ec2::Subnet>> items;
    for (const SubnetFacts& subnet : subnets_of(*dependencies_.networks, network)) {
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
    const api::DefaultNetwork network = api::default_network(context.account, context.region);
    std::vector<ListedItem<ec2::SecurityGroup>> items;
    std::vector<std::string> names;
    for (const api::NamedGroup& group : dependencies_.networks->groups()) {
        items.push_back(group_item(context, network, group));
        names.push_back(group.name);
    }
    const auto wanted = request.group_names.value_or(std::vector<std::string>{});
    for (const std::string& name : wanted) {
        if (std::ranges::find(names, name) == names.end()) {
            throw ec2::InvalidGroupNotFound("The security group '" + name + "' does not exist");
        }
    }
    if (!wanted.empty()) {
        std::erase_if(items, [&](const auto& each) {
            return std::ranges::find(wanted, *each.item.group_name) == wanted.end();
        });
    }
    auto groups = select_items<ec2::InvalidGroupNotFound>(std::move(items), request.group_ids,
                                                          request.filters, "security group");
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
