#include "service/ec2/run_instances.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ec2/instances_json.h"
#include "api/instance_size.h"
#include "api/networks.h"
#include "base/encoding.h"
#include "base/random.h"
#include "db/database.h"
#include "service/ec2/client_tokens.h"
#include "service/ec2/describe.h"
#include "service/ec2/instance_views.h"
#include "service/ec2/subnets.h"
#include "service/ec2/tag_specifications.h"
#include "service/ec2/template_lookup.h"
#include "service/milliseconds.h"
#include "state/amis.h"
#include "state/iam_entities.h"
#include "state/instance_launch.h"
#include "state/instances.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t id_digits = 17;
constexpr std::size_t most_user_data_bytes = 16 * 1024;
constexpr std::int64_t largest_volume_gib = 16384;
/// What EC2 takes when a request names none.
constexpr auto default_type = "m1.small";

/// One request on its way to rows.
class Launch {
public:
    Launch(const Dependencies& dependencies, db::Transaction& transaction,
           const api::CallContext& context, const ec2::RunInstancesRequest& request)
        : dependencies_(dependencies),
          transaction_(transaction),
          context_(context),
          request_(request),
          network_(api::default_network(context.account, context.region)) {}

    ec2::RunInstancesResponse run() {
        const std::int64_t count = how_many();
        take_image();
        take_type();
        take_network();
        take_disk();
        take_profile();
        take_user_data();
        take_options();
        const auto types = {ec2::ResourceType::instance, ec2::ResourceType::volume,
                            ec2::ResourceType::network_interface};
        const state::TagMap tags =
            specified_tags(request_.tag_specifications, ec2::ResourceType::instance, types);
        stop_if_dry_run(request_.dry_run);
        launch_.reservation_id = "r-" + hex();
        ec2::RunInstancesResponse response{.reservation_id = launch_.reservation_id,
                                           .owner_id = context_.account,
                                           .groups = std::vector<ec2::GroupIdentifier>{},
                                           .instances = std::vector<ec2::Instance>{}};
        for (std::int64_t index = 0; index < count; ++index) {
            const state::InstanceRow row = insert(index, tags);
            response.instances->push_back(instance_view(row, tags));
        }
        return response;
    }

private:
    std::string hex() const { return base::make_hex_id(dependencies_.random, id_digits); }

    std::int64_t how_many() {
        const std::int64_t least = request_.min_count;
        const std::int64_t most = request_.max_count;
        if (least > most) {
            throw ec2::InvalidParameterValue("MinCount " + std::to_string(least) +
                                             " is larger than MaxCount " + std::to_string(most) +
                                             ".");
        }
        const std::int64_t live =
            state::count_live_instances(transaction_, context_.region, context_.account);
        const std::int64_t room = std::max<std::int64_t>(0, dependencies_.quotas.instances - live);
        if (least > room) {
            throw ec2::InstanceLimitExceeded(
                "You have requested more instances (" + std::to_string(live + least) +
                ") than your current instance limit of " +
                std::to_string(dependencies_.quotas.instances) +
                " allows. Terminate instances, or raise quotas.instances in the server's "
                "configuration.");
        }
        return std::min(most, room);
    }

    void take_image() {
        const std::string id = request_.image_id.value_or("");
        if (id.empty()) {
            throw ec2::MissingParameter("The request must contain the parameter ImageId");
        }
        if (!id.starts_with("ami-")) {
            throw ec2::InvalidAmiIdMalformed("Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        }
        auto ami = state::find_ami(transaction_, context_.region, id);
        if (!ami || !state::may_launch(*ami, context_.account)) {
            throw ec2::InvalidAmiIdNotFound("The image id '[" + id + "]' does not exist");
        }
        if (ami->state != "available") {
            throw ec2::InvalidAmiIdUnavailable("The image id '[" + id + "]' is " + ami->state +
                                               ": only an image that is available can be launched");
        }
        ami_ = std::move(*ami);
        launch_.architecture = ami_.architecture;
        launch_.boot_mode = ami_.boot_mode;
        launch_.tpm_support = ami_.tpm_support;
        launch_.secure_boot = state::wants_secure_boot(
            state::tags_of(transaction_, state::ec2_arn(context_.region, "image", id)));
        launch_.platform_details = ami_.platform_details;
        launch_.root_device_name = ami_.root_device_name;
    }

    void take_type() {
        type_ = request_.instance_type.value_or(default_type);
        if (!api::known_instance_size(type_)) {
            throw ec2::InvalidParameterValue("Invalid value '" + type_ + "' for InstanceType.");
        }
    }

    SubnetFacts subnet() const {
        const auto interfaces =
            request_.network_interfaces.value_or(std::vector<ec2::NetworkInterfaceSpecification>{});
        std::string id = request_.subnet_id.value_or("");
        if (!interfaces.empty() && interfaces.front().subnet_id) {
            id = *interfaces.front().subnet_id;
        }
        const auto placement = request_.placement.value_or(ec2::PlacementSpecification{});
        const std::string zone = placement.availability_zone.value_or("");
        const auto subnets = subnets_of(*dependencies_.networks, network_);
        const auto first = [&](auto matches) {
            const auto found = std::ranges::find_if(subnets, matches);
            return found == subnets.end() ? std::nullopt : std::optional(*found);
        };
        const auto in_zone =
            first([&](const SubnetFacts& each) { return zone.empty() || each.zone.name == zone; });
        if (!in_zone) {
            throw ec2::InvalidParameterValue("Invalid availability zone: [" + zone + "]");
        }
        if (id.empty()) {
            return *in_zone;
        }
        const auto named =
            first([&](const SubnetFacts& each) { return each.id == id || each.name == id; });
        if (!named) {
            throw ec2::InvalidSubnetIdNotFound("The subnet ID '" + id + "' does not exist");
        }
        if (!zone.empty() && named->zone.name != zone) {
            throw ec2::InvalidParameterValue("The subnet '" + id + "' is not in " + zone + ".");
        }
        return *named;
    }

    void take_network() {
        const auto interfaces =
            request_.network_interfaces.value_or(std::vector<ec2::NetworkInterfaceSpecification>{});
        if (interfaces.size() > 1 ||
            (!interfaces.empty() && interfaces.front().network_interface_id)) {
            throw ec2::UnsupportedOperation(
                "Instances of this server have one network interface, which is made with them.");
        }
        if (request_.private_ip_address ||
            (!interfaces.empty() && interfaces.front().private_ip_address)) {
            throw ec2::UnsupportedOperation("Private addresses cannot be chosen on this server.");
        }
        if (request_.key_name && !request_.key_name->empty()) {
            throw ec2::InvalidKeyPairNotFound(
                "The key pair '" + *request_.key_name +
                "' does not exist. This server keeps no key pairs: use SSM SendCommand or "
                "'goldsmith shell'.");
        }
        const SubnetFacts chosen = subnet();
        launch_.subnet_id = chosen.id;
        launch_.vpc_id = network_.vpc_id;
        launch_.availability_zone = chosen.zone.name;
        std::vector<std::string> ids =
            request_.security_group_ids.value_or(std::vector<std::string>{});
        if (!interfaces.empty() && interfaces.front().groups) {
            ids.insert(ids.end(), interfaces.front().groups->begin(),
                       interfaces.front().groups->end());
        }
        const auto names = request_.security_groups.value_or(std::vector<std::string>{});
        ids.insert(ids.end(), names.begin(), names.end());
        take_groups(ids.empty() ? std::vector{network_.group_id} : ids);
    }

    /// Each by its id or its name, as the default network allows it.
    void take_groups(const std::vector<std::string>& wanted) {
        for (const std::string& name : wanted) {
            const api::NamedGroup* group = dependencies_.networks->group(network_, name);
            if (group == nullptr) {
                throw ec2::InvalidGroupNotFound("The security group '" + name + "' does not exist");
            }
            const std::string id = api::id_of(network_, *group);
            if (std::ranges::find(launch_.group_ids, id) == launch_.group_ids.end()) {
                launch_.group_ids.push_back(id);
                launch_.group_names.push_back(group->name);
            }
        }
    }

    void take_disk() {
        const auto root = std::ranges::find_if(ami_.devices, [&](const state::AmiDevice& device) {
            return device.device_name == ami_.root_device_name;
        });
        if (root == ami_.devices.end()) {
            throw ec2::InvalidAmiIdUnavailable("The image '" + ami_.image_id +
                                               "' has no root device that could be started");
        }
        launch_.snapshot_id = root->snapshot_id;
        launch_.volume_size_gib = root->volume_size_gib;
        for (const ec2::BlockDeviceMapping& mapping :
             request_.block_device_mappings.value_or(std::vector<ec2::BlockDeviceMapping>{})) {
            take_mapping(mapping, *root);
        }
    }

    void take_mapping(const ec2::BlockDeviceMapping& mapping, const state::AmiDevice& root) {
        if (mapping.device_name != root.device_name || !mapping.ebs || mapping.no_device) {
            throw ec2::InvalidBlockDeviceMapping(
                "Instances of this server have one disk, the root device " + root.device_name +
                ": '" + mapping.device_name.value_or("") + "' cannot be attached.");
        }
        const ec2::EbsBlockDevice& disk = *mapping.ebs;
        if (disk.encrypted.value_or(false) || disk.kms_key_id) {
            throw ec2::UnsupportedOperation("Disks are not encrypted by this server.");
        }
        if (disk.snapshot_id && *disk.snapshot_id != root.snapshot_id) {
            throw ec2::InvalidBlockDeviceMapping(
                "The snapshot of the root device is given by the "
                "image.");
        }
        if (disk.delete_on_termination && !*disk.delete_on_termination) {
            throw ec2::UnsupportedOperation(
                "A disk is removed with its instance here: DeleteOnTermination cannot be false. "
                "CreateImage keeps what is on it.");
        }
        if (!disk.volume_size) {
            return;
        }
        if (*disk.volume_size < root.volume_size_gib || *disk.volume_size > largest_volume_gib) {
            throw ec2::InvalidBlockDeviceMapping(
                "Volume of size " + std::to_string(*disk.volume_size) +
                "GB is smaller than snapshot '" + root.snapshot_id +
                "', expect size >= " + std::to_string(root.volume_size_gib) + "GB and at most " +
                std::to_string(largest_volume_gib) + "GB");
        }
        launch_.volume_size_gib = *disk.volume_size;
    }

    void take_profile() {
        if (!request_.iam_instance_profile) {
            return;
        }
        const std::string arn = request_.iam_instance_profile->arn.value_or("");
        const std::string name = request_.iam_instance_profile->name.value_or("");
        if (arn.empty() == name.empty()) {
            throw ec2::InvalidParameterCombination(
                "The parameter 'iamInstanceProfile' takes either its name or its ARN.");
        }
        const auto profile = arn.empty()
                                 ? state::find_iam_entity(transaction_, context_.account,
                                                          state::IamKind::instance_profile, name)
                                 : state::find_iam_entity_by_arn(transaction_, arn);
        if (!profile || profile->kind != state::IamKind::instance_profile ||
            profile->account != context_.account) {
            throw ec2::InvalidParameterValue(
                "Value (" + (arn.empty() ? name : arn) + ") for parameter iamInstanceProfile." +
                (arn.empty() ? "name" : "arn") + " is invalid. Invalid IAM Instance Profile " +
                (arn.empty() ? "name" : "ARN"));
        }
        launch_.profile_arn = profile->arn();
        launch_.profile_id = profile->unique_id;
    }

    void take_user_data() {
        launch_.user_data = request_.user_data.value_or("");
        const auto decoded = base::base64_decode(launch_.user_data);
        if (!decoded) {
            throw ec2::InvalidUserDataMalformed("Invalid BASE64 encoding of user data.");
        }
        if (decoded->size() > most_user_data_bytes) {
            throw ec2::InvalidParameterValue("User data is limited to 16384 bytes");
        }
    }

    void take_options() {
        const auto placement = request_.placement.value_or(ec2::PlacementSpecification{});
        if (placement.tenancy.value_or("default") != "default" || placement.host_id ||
            !placement.group_name.value_or("").empty()) {
            throw ec2::UnsupportedOperation(
                "Placement groups, dedicated hosts and tenancies other than default are not "
                "offered by this server.");
        }
        if (const auto& options = request_.metadata_options) {
            launch_.http_tokens = std::string(
                to_string(options->http_tokens.value_or(ec2::HttpTokensState::required)));
            launch_.http_endpoint = std::string(
                to_string(options->http_endpoint.value_or(ec2::MetadataSwitch::enabled)));
            launch_.metadata_tags = std::string(
                to_string(options->instance_metadata_tags.value_or(ec2::MetadataSwitch::disabled)));
            launch_.hop_limit = options->http_put_response_hop_limit.value_or(2);
            if (options->http_protocol_ipv6 == ec2::MetadataSwitch::enabled) {
                throw ec2::UnsupportedOperation("The metadata service has no IPv6 address here.");
            }
        }
        if (request_.instance_initiated_shutdown_behavior) {
            launch_.shutdown_behavior =
                std::string(to_string(*request_.instance_initiated_shutdown_behavior));
        }
        launch_.client_token = request_.client_token.value_or("");
        launch_.disable_api_termination = request_.disable_api_termination.value_or(false);
        launch_.disable_api_stop = request_.disable_api_stop.value_or(false);
        launch_.ebs_optimized = request_.ebs_optimized.value_or(false);
        launch_.monitoring =
            request_.monitoring.value_or(ec2::Monitoring{}).enabled.value_or(false);
    }

    state::InstanceRow insert(std::int64_t index, const state::TagMap& tags) {
        launch_.launch_index = index;
        launch_.volume_id = "vol-" + hex();
        launch_.interface_id = "eni-" + hex();
        const state::InstanceRow row{.region = context_.region,
                                     .instance_id = "i-" + hex(),
                                     .owner = context_.account,
                                     .image_id = ami_.image_id,
                                     .instance_type = type_,
                                     .state = "pending",
                                     .launched_ms = to_ms(context_.now),
                                     .wanted = "running",
                                     .generation = 1,
                                     .changed_ms = to_ms(context_.now),
                                     .launch = state::encode(launch_)};
        state::put_instance(transaction_, row);
        state::put_tags(transaction_, instance_arn(row), tags);
        return row;
    }

    const Dependencies& dependencies_;
    db::Transaction& transaction_;
    const api::CallContext& context_;
    const ec2::RunInstancesRequest& request_;
    api::DefaultNetwork network_;
    state::AmiRow ami_;
    std::string type_;
    state::InstanceLaunch launch_;
};

/// The gate has seen what the request itself names: what a template adds is shown to it as well.
void check_role(const PassGate& pass_gate, const api::CallContext& context,
                const ec2::RunInstancesRequest& given, const ec2::RunInstancesRequest& merged) {
    if (given.launch_template && pass_gate) {
        pass_gate(context, "RunInstances", to_json(merged));
    }
}

}  // namespace

ec2::RunInstancesResponse run_instances(const Dependencies& dependencies, const PassGate& pass_gate,
                                        const api::CallContext& context,
                                        const ec2::RunInstancesRequest& request) {
    auto response = once_per_token(
        dependencies.database, context, "RunInstances", request, [&](db::Transaction& transaction) {
            const auto merged = with_template(transaction, context, request);
            check_role(pass_gate, context, request, merged);
            return Launch(dependencies, transaction, context, merged).run();
        });
    dependencies.work_is_there();
    return response;
}

}  // namespace goldsmith::service::ec2
