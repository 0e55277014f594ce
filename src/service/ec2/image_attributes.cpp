#include "service/ec2/image_attributes.h"

#include <algorithm>

#include "api/generated/ec2/errors.h"
#include "base/clock.h"
#include "service/milliseconds.h"
#include "state/instances.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t account_digits = 12;
constexpr std::size_t most_description_characters = 255;

using Permissions = std::vector<ec2::LaunchPermission>;

void check_account(const std::string& account) {
    const bool is_account = account.size() == account_digits &&
                            account.find_first_not_of("0123456789") == std::string::npos;
    if (!is_account) {
        throw ec2::InvalidParameterValue("Value (" + account +
                                         ") for parameter UserId is invalid: an account has 12 "
                                         "digits.");
    }
}

void check(const ec2::LaunchPermission& permission) {
    if (permission.organization_arn || permission.organizational_unit_arn) {
        throw ec2::UnsupportedOperation(
            "This server has no organizations: share images with accounts or with everybody.");
    }
    if (permission.user_id.has_value() == permission.group.has_value()) {
        throw ec2::InvalidParameterCombination(
            "A launch permission names either a UserId or a Group.");
    }
    if (permission.user_id) {
        check_account(*permission.user_id);
    }
}

void add(state::AmiRow& ami, const ec2::LaunchPermission& permission) {
    check(permission);
    if (permission.group) {
        ami.is_public = true;
        return;
    }
    auto& accounts = ami.launch_accounts;
    if (std::find(accounts.begin(), accounts.end(), *permission.user_id) == accounts.end()) {
        accounts.push_back(*permission.user_id);
        std::sort(accounts.begin(), accounts.end());
    }
}

void remove(state::AmiRow& ami, const ec2::LaunchPermission& permission) {
    check(permission);
    if (permission.group) {
        ami.is_public = false;
    } else {
        std::erase(ami.launch_accounts, *permission.user_id);
    }
}

/// The older form of the request: an operation on lists of accounts and groups.
Permissions listed_permissions(const ec2::ModifyImageAttributeRequest& request) {
    Permissions permissions;
    for (const std::string& account : request.user_ids.value_or(std::vector<std::string>{})) {
        permissions.push_back({.user_id = account});
    }
    for (const std::string& group : request.user_groups.value_or(std::vector<std::string>{})) {
        if (group != "all") {
            throw ec2::InvalidParameterValue("Value (" + group +
                                             ") for parameter UserGroup is invalid: the only "
                                             "group is 'all'.");
        }
        permissions.push_back({.group = ec2::PermissionGroup::all});
    }
    if ((request.organization_arns && !request.organization_arns->empty()) ||
        (request.organizational_unit_arns && !request.organizational_unit_arns->empty())) {
        check({.organization_arn = std::string()});
    }
    return permissions;
}

void set_description(state::AmiRow& ami, const std::string& text) {
    if (text.size() > most_description_characters) {
        throw ec2::InvalidParameterValue("A description has at most 255 characters.");
    }
    ami.description = text;
}

void modify_permissions(state::AmiRow& ami, const ec2::ModifyImageAttributeRequest& request) {
    const auto listed = listed_permissions(request);
    if (!listed.empty() && !request.operation_type) {
        throw ec2::MissingParameter("The request must contain the parameter OperationType");
    }
    const bool adds = request.operation_type != ec2::OperationType::remove;
    for (const ec2::LaunchPermission& permission : listed) {
        adds ? add(ami, permission) : remove(ami, permission);
    }
    if (request.launch_permission) {
        for (const auto& permission : request.launch_permission->add.value_or(Permissions{})) {
            add(ami, permission);
        }
        for (const auto& permission : request.launch_permission->remove.value_or(Permissions{})) {
            remove(ami, permission);
        }
    }
}

ec2::AttributeValue value(const std::string& text) {
    return {.value = text.empty() ? std::nullopt : std::optional(text)};
}

}  // namespace

std::vector<ec2::BlockDeviceMapping> devices_of(const state::AmiRow& ami) {
    std::vector<ec2::BlockDeviceMapping> devices;
    for (const auto& device : ami.devices) {
        devices.push_back({.device_name = device.device_name,
                           .ebs = ec2::EbsBlockDevice{
                               .snapshot_id = device.snapshot_id,
                               .volume_size = static_cast<std::int32_t>(device.volume_size_gib),
                               .volume_type = ec2::VolumeType::gp3,
                               .delete_on_termination = true,
                               .encrypted = false}});
    }
    return devices;
}

ec2::DescribeImageAttributeResponse image_attribute(db::Connection& connection,
                                                    const state::AmiRow& ami,
                                                    ec2::ImageAttributeName attribute) {
    using Name = ec2::ImageAttributeName;
    ec2::DescribeImageAttributeResponse response{.image_id = ami.image_id};
    if (attribute == Name::description) {
        response.description = ec2::AttributeValue{.value = ami.description};
    } else if (attribute == Name::block_device_mapping) {
        response.block_device_mappings = devices_of(ami);
    } else if (attribute == Name::boot_mode) {
        response.boot_mode = value(ami.boot_mode);
    } else if (attribute == Name::imds_support) {
        response.imds_support = value(ami.imds_support);
    } else if (attribute == Name::last_launched_time) {
        const auto last = state::last_launch_ms(connection, ami.region, ami.image_id);
        response.last_launched_time =
            value(last ? base::format_iso8601(from_ms(*last)) : std::string());
    } else if (attribute == Name::launch_permission) {
        response.launch_permissions = Permissions{};
        if (ami.is_public) {
            response.launch_permissions->push_back({.group = ec2::PermissionGroup::all});
        }
        for (const std::string& account : ami.launch_accounts) {
            response.launch_permissions->push_back({.user_id = account});
        }
    }
    return response;
}

void modify_image(state::AmiRow& ami, const ec2::ModifyImageAttributeRequest& request) {
    using Name = ec2::ImageAttributeName;
    const Name attribute = request.attribute.value_or(Name::launch_permission);
    if (attribute != Name::launch_permission && attribute != Name::description &&
        attribute != Name::imds_support) {
        throw ec2::UnsupportedOperation("The attribute '" + std::string(to_string(attribute)) +
                                        "' cannot be changed.");
    }
    modify_permissions(ami, request);
    const std::string legacy = request.value.value_or("");
    if (request.description || (attribute == Name::description && request.value)) {
        set_description(ami,
                        request.description ? request.description->value.value_or("") : legacy);
    }
    if (request.imds_support || (attribute == Name::imds_support && request.value)) {
        const std::string version =
            request.imds_support ? request.imds_support->value.value_or("") : legacy;
        if (version != "v2.0") {
            throw ec2::InvalidParameterValue("ImdsSupport can be set to v2.0.");
        }
        ami.imds_support = version;
    }
}

void reset_launch_permissions(state::AmiRow& ami) {
    ami.is_public = false;
    ami.launch_accounts.clear();
}

}  // namespace goldsmith::service::ec2
