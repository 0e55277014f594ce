#include "service/ec2/instance_views.h"

#include "api/enumeration.h"
#include "api/generated/ec2/errors.h"
#include "service/ec2/describe.h"
#include "service/milliseconds.h"
#include "state/instance_launch.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::int32_t state_code(ec2::InstanceStateName name) {
    switch (name) {
        case ec2::InstanceStateName::pending:
            return 0;
        case ec2::InstanceStateName::running:
            return 16;
        case ec2::InstanceStateName::shutting_down:
            return 32;
        case ec2::InstanceStateName::terminated:
            return 48;
        case ec2::InstanceStateName::stopping:
            return 64;
        case ec2::InstanceStateName::stopped:
            break;
    }
    return 80;
}

std::vector<ec2::GroupIdentifier> groups_of(const state::InstanceLaunch& launch) {
    std::vector<ec2::GroupIdentifier> groups;
    for (std::size_t i = 0; i < launch.group_ids.size(); ++i) {
        // Rows from before groups had names were all in the default one.
        groups.push_back(
            {.group_id = launch.group_ids[i],
             .group_name = i < launch.group_names.size() ? launch.group_names[i] : "default"});
    }
    return groups;
}

ec2::InstanceBlockDeviceMapping root_device(const state::InstanceRow& row,
                                            const state::InstanceLaunch& launch) {
    return {.device_name = launch.root_device_name,
            .ebs = ec2::EbsInstanceBlockDevice{
                .attach_time = from_ms(row.launched_ms),
                .delete_on_termination = launch.delete_on_termination,
                .status = row.state == "pending" ? ec2::AttachmentStatus::attaching
                                                 : ec2::AttachmentStatus::attached,
                .volume_id = launch.volume_id}};
}

ec2::InstanceMetadataOptions metadata_options(const state::InstanceRow& row,
                                              const state::InstanceLaunch& launch) {
    return {.state = row.state == "pending" ? "pending" : "applied",
            .http_tokens = api::parse_enum<ec2::HttpTokensState>(launch.http_tokens),
            .http_put_response_hop_limit = static_cast<std::int32_t>(launch.hop_limit),
            .http_endpoint = api::parse_enum<ec2::MetadataSwitch>(launch.http_endpoint),
            .http_protocol_ipv6 = ec2::MetadataSwitch::disabled,
            .instance_metadata_tags = api::parse_enum<ec2::MetadataSwitch>(launch.metadata_tags)};
}

/// "Client.UserInitiatedShutdown: User initiated shutdown" has its code in front.
ec2::StateReason state_reason(const std::string& text) {
    const bool has_code = text.starts_with("Client.") || text.starts_with("Server.");
    return {.code = has_code ? std::optional(text.substr(0, text.find(':'))) : std::nullopt,
            .message = text};
}

/// What only instances of RunInstances have.
void add_launch(ec2::Instance& instance, const state::InstanceRow& row) {
    const state::InstanceLaunch launch = state::decode_instance_launch(row.launch);
    const bool is_gone = row.state == "terminated";
    instance.state_transition_reason = launch.transition_reason;
    instance.key_name = unless_empty(launch.key_name);
    instance.placement = ec2::Placement{.availability_zone = launch.availability_zone,
                                        .tenancy = launch.tenancy,
                                        .group_name = std::string()};
    instance.architecture = api::parse_enum<ec2::Architecture>(launch.architecture);
    instance.boot_mode = api::parse_enum<ec2::BootMode>(launch.boot_mode);
    instance.root_device_name = launch.root_device_name;
    instance.iam_instance_profile = launch.profile_arn.empty()
                                        ? std::nullopt
                                        : std::optional(ec2::IamInstanceProfile{
                                              .arn = launch.profile_arn, .id = launch.profile_id});
    instance.metadata_options = metadata_options(row, launch);
    instance.monitoring =
        ec2::InstanceMonitoring{.state = launch.monitoring ? "enabled" : "disabled"};
    instance.ebs_optimized = launch.ebs_optimized;
    instance.ena_support = true;
    instance.platform_details = launch.platform_details;
    instance.client_token = launch.client_token;
    instance.ami_launch_index = static_cast<std::int32_t>(launch.launch_index);
    instance.block_device_mappings = std::vector<ec2::InstanceBlockDeviceMapping>{};
    instance.network_interfaces = std::vector<ec2::InstanceNetworkInterface>{};
    instance.security_groups = std::vector<ec2::GroupIdentifier>{};
    if (is_gone) {
        return;  // its disk and its network have gone with it
    }
    instance.subnet_id = launch.subnet_id;
    instance.vpc_id = launch.vpc_id;
    instance.source_dest_check = true;
    instance.security_groups = groups_of(launch);
    instance.block_device_mappings->push_back(root_device(row, launch));
    instance.network_interfaces->push_back({.network_interface_id = launch.interface_id,
                                            .subnet_id = launch.subnet_id,
                                            .vpc_id = launch.vpc_id,
                                            .owner_id = row.owner,
                                            .status = "in-use",
                                            .private_ip_address = row.private_ip,
                                            .source_dest_check = true,
                                            .groups = instance.security_groups,
                                            .interface_type = "interface"});
}

}  // namespace

std::string instance_arn(const state::InstanceRow& row) {
    return state::ec2_arn(row.region, "instance", row.instance_id);
}

state::TagMap tags_of(db::Connection& connection, const state::InstanceRow& row) {
    return state::tags_of(connection, instance_arn(row));
}

ec2::InstanceState instance_state(const std::string& name) {
    const auto known =
        api::parse_enum<ec2::InstanceStateName>(name).value_or(ec2::InstanceStateName::stopped);
    return {.code = state_code(known), .name = known};
}

ec2::Instance instance_view(const state::InstanceRow& row, const state::TagMap& tags) {
    ec2::Instance instance{
        .instance_id = row.instance_id,
        .image_id = row.image_id,
        .instance_type = row.instance_type,
        .state = instance_state(row.state),
        .launch_time = from_ms(row.launched_ms),
        .placement = ec2::Placement{.availability_zone = row.region + "a", .tenancy = "default"},
        .private_ip_address = row.private_ip,
        .architecture = ec2::Architecture::x86_64,
        .root_device_type = ec2::DeviceType::ebs,
        .hypervisor = ec2::HypervisorType::xen,
        .virtualization_type = ec2::VirtualizationType::hvm,
        .platform_details = "Linux/UNIX",
        .usage_operation = "RunInstances",
        .ami_launch_index = 0,
        .tags = to_tags(tags)};
    if (row.state_reason) {
        instance.state_reason = state_reason(*row.state_reason);
    }
    if (!row.wanted.empty()) {
        add_launch(instance, row);
    }
    return instance;
}

ec2::Reservation reservation_view(const state::InstanceRow& row, const state::TagMap& tags) {
    const std::string own = "r-" + row.instance_id.substr(row.instance_id.find('-') + 1);
    const std::string id = state::decode_instance_launch(row.launch).reservation_id;
    return {.reservation_id = id.empty() ? own : id,
            .owner_id = row.owner,
            .groups = std::vector<ec2::GroupIdentifier>{},
            .instances = std::vector<ec2::Instance>{instance_view(row, tags)}};
}

void require_instance_id(const std::string& id) {
    if (!id.starts_with("i-")) {
        throw ec2::InvalidInstanceIdMalformed("Invalid id: \"" + id + "\" (expecting \"i-...\")");
    }
}

state::InstanceRow require_instance(db::Connection& connection, const api::CallContext& context,
                                    const std::string& id) {
    require_instance_id(id);
    auto row = state::find_instance(connection, context.region, id);
    if (!row || row->owner != context.account) {
        throw ec2::InvalidInstanceIdNotFound("The instance ID '" + id + "' does not exist");
    }
    return std::move(*row);
}

}  // namespace goldsmith::service::ec2
