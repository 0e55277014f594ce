#include "service/ec2/image_making.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ec2/machine_images_json.h"
#include "base/random.h"
#include "db/database.h"
#include "service/ec2/client_tokens.h"
#include "service/ec2/describe.h"
#include "service/ec2/instance_views.h"
#include "service/ec2/tag_specifications.h"
#include "service/listing.h"
#include "service/milliseconds.h"
#include "state/amis.h"
#include "state/image_jobs.h"
#include "state/instance_launch.h"
#include "state/instances.h"
#include "store/region_set.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::size_t id_digits = 17;
using Tags = std::optional<std::vector<ec2::TagSpecification>>;

/// What all of these operations do alike.
class Maker {
public:
    Maker(const Dependencies& dependencies, db::Transaction& transaction,
          const api::CallContext& context)
        : dependencies_(dependencies), transaction_(transaction), context_(context) {}

    std::string new_id(const char* prefix) const {
        return prefix + base::make_hex_id(dependencies_.random, id_digits);
    }

    void require_new_name(const std::string& name) const {
        if (const auto taken =
                state::find_ami_by_name(transaction_, context_.region, context_.account, name)) {
            throw ec2::InvalidAmiNameDuplicate("AMI name " + name + " is already in use by AMI " +
                                               taken->image_id);
        }
    }

    void require_region(const std::string& region) const {
        const auto& known = dependencies_.regions;
        if (std::find(known.begin(), known.end(), region) == known.end()) {
            throw ec2::InvalidParameterValue("The region '" + region +
                                             "' is not served here: " + joined(known) + ".");
        }
    }

    static void refuse_encryption(const std::optional<bool>& encrypted,
                                  const std::optional<std::string>& key) {
        if (encrypted.value_or(false) || key) {
            throw ec2::UnsupportedOperation("Snapshots are not encrypted by this server.");
        }
    }

    void insert_image(state::AmiRow& ami, const Tags& specifications) const {
        const auto types = {ec2::ResourceType::image, ec2::ResourceType::snapshot};
        const auto tags = specified_tags(specifications, ec2::ResourceType::image, types);
        ami.region = context_.region;
        ami.owner = context_.account;
        ami.image_id = new_id("ami-");
        ami.created_ms = to_ms(context_.now);
        state::insert_ami(transaction_, ami);
        state::put_tags(transaction_, state::ec2_arn(ami.region, "image", ami.image_id), tags);
    }

    /// A snapshot that a job will complete.
    void insert_snapshot(const std::string& id, const std::string& description, std::int64_t gib,
                         const state::TagMap& tags) const {
        state::SnapshotRow row{.region = context_.region,
                               .snapshot_id = id,
                               .owner = context_.account,
                               .state = "pending",
                               .description = description,
                               .volume_size_gib = gib,
                               .created_ms = to_ms(context_.now)};
        state::insert_snapshot(transaction_, row);
        state::put_tags(transaction_, state::ec2_arn(row.region, "snapshot", id), tags);
    }

    /// The instance whose disk is read: on hold until that is done.
    state::InstanceRow hold(const std::string& instance_id, const std::string& subject,
                            bool must_be_stopped) const {
        auto row = require_instance(transaction_, context_, instance_id);
        const bool fits = row.state == "stopped" || (row.state == "running" && !must_be_stopped);
        if (row.wanted.empty() || !fits || !row.hold.empty()) {
            throw ec2::IncorrectInstanceState(
                "The instance '" + instance_id + "' is " + row.state +
                (row.hold.empty() ? "" : " and the image " + row.hold + " is being made of it") +
                (row.wanted.empty() ? " and belongs to an image build" : "") +
                ": its disk cannot be read now" +
                (must_be_stopped ? "; stop the instance first." : "."));
        }
        row.hold = subject;
        row.is_ready = false;
        state::update_instance(transaction_, row);
        return row;
    }

private:
    static std::string joined(const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& text : texts) {
            all += (all.empty() ? "" : ", ") + text;
        }
        return all;
    }

    const Dependencies& dependencies_;
    db::Transaction& transaction_;
    const api::CallContext& context_;
};

state::SnapshotRow require_own_snapshot(db::Connection& connection, const api::CallContext& context,
                                        const std::string& region, const std::string& id) {
    if (!id.starts_with("snap-")) {
        throw ec2::InvalidSnapshotIdMalformed("Invalid id: \"" + id +
                                              "\" (expecting \"snap-...\")");
    }
    auto row = state::find_snapshot(connection, region, id);
    if (!row || (row->owner != context.account && row->owner != "amazon")) {
        throw ec2::InvalidSnapshotNotFound("The snapshot '" + id + "' does not exist.");
    }
    if (row->state != "completed") {
        throw ec2::InvalidParameterValue("The snapshot '" + id + "' is " + row->state +
                                         ": only a completed one can be used.");
    }
    return std::move(*row);
}

std::vector<state::AmiDevice> registered_devices(db::Connection& connection,
                                                 const api::CallContext& context,
                                                 const ec2::RegisterImageRequest& request) {
    std::vector<state::AmiDevice> devices;
    for (const ec2::BlockDeviceMapping& mapping :
         request.block_device_mappings.value_or(std::vector<ec2::BlockDeviceMapping>{})) {
        if (!mapping.device_name || !mapping.ebs || !mapping.ebs->snapshot_id) {
            throw ec2::InvalidBlockDeviceMapping(
                "Each block device of an image has a DeviceName and an Ebs.SnapshotId.");
        }
        Maker::refuse_encryption(mapping.ebs->encrypted, mapping.ebs->kms_key_id);
        const auto snapshot =
            require_own_snapshot(connection, context, context.region, *mapping.ebs->snapshot_id);
        const std::int64_t gib =
            mapping.ebs->volume_size.value_or(static_cast<std::int32_t>(snapshot.volume_size_gib));
        const bool taken = std::ranges::any_of(devices, [&](const state::AmiDevice& device) {
            return device.device_name == *mapping.device_name;
        });
        if (gib < snapshot.volume_size_gib || taken) {
            throw ec2::InvalidBlockDeviceMapping(
                "The device '" + *mapping.device_name +
                (taken ? "' is named twice." : "' is smaller than its snapshot."));
        }
        devices.push_back({*mapping.device_name, snapshot.snapshot_id, gib});
    }
    return devices;
}

void put_manifest(const Dependencies& dependencies, const state::AmiRow& ami) {
    if (dependencies.stores == nullptr) {
        return;
    }
    store::ImageManifest image{.id = store::ImageId::parse(ami.image_id),
                               .name = ami.name,
                               .description = ami.description,
                               .architecture = ami.architecture,
                               .boot_mode = ami.boot_mode,
                               .root_device_name = ami.root_device_name,
                               .created_ms = ami.created_ms};
    for (const state::AmiDevice& device : ami.devices) {
        image.block_devices.push_back(
            {.device_name = device.device_name,
             .snapshot = store::SnapshotId::parse(device.snapshot_id),
             .volume_size_gib = static_cast<std::uint64_t>(device.volume_size_gib)});
    }
    dependencies.stores->at(ami.region).put_image(image);
}

}  // namespace

ec2::RegisterImageResponse register_image(const Dependencies& dependencies,
                                          const api::CallContext& context,
                                          const ec2::RegisterImageRequest& request) {
    if (request.image_location) {
        throw ec2::UnsupportedOperation(
            "Images are registered from snapshots here, not from a manifest in a bucket.");
    }
    if (request.virtualization_type == ec2::VirtualizationType::paravirtual) {
        throw ec2::UnsupportedOperation("Images of this server are hvm.");
    }
    state::AmiRow ami{.name = request.name,
                      .description = request.description.value_or(""),
                      .root_device_name = request.root_device_name.value_or("/dev/sda1")};
    if (request.architecture) {
        ami.architecture = std::string(to_string(*request.architecture));
    }
    if (request.boot_mode) {
        ami.boot_mode = std::string(to_string(*request.boot_mode));
    }
    if (request.imds_support) {
        ami.imds_support = std::string(to_string(*request.imds_support));
    }
    if (request.tpm_support) {
        ami.tpm_support = std::string(to_string(*request.tpm_support));
    }
    return dependencies.database.write([&](db::Transaction& transaction) {
        state::AmiRow made = ami;
        const Maker maker(dependencies, transaction, context);
        maker.require_new_name(made.name);
        made.devices = registered_devices(transaction, context, request);
        const bool has_root =
            std::ranges::any_of(made.devices, [&](const state::AmiDevice& device) {
                return device.device_name == made.root_device_name;
            });
        if (!has_root) {
            throw ec2::InvalidBlockDeviceMapping("The root device '" + made.root_device_name +
                                                 "' is none of the block devices.");
        }
        stop_if_dry_run(request.dry_run);
        maker.insert_image(made, request.tag_specifications);
        // The manifest inside the transaction: a row that is seen has one.
        put_manifest(dependencies, made);
        return ec2::RegisterImageResponse{.image_id = made.image_id};
    });
}

ec2::CreateImageResponse create_image(const Dependencies& dependencies,
                                      const api::CallContext& context,
                                      const ec2::CreateImageRequest& request) {
    if (request.block_device_mappings && !request.block_device_mappings->empty()) {
        throw ec2::UnsupportedOperation(
            "The devices of an image are those of its instance here: leave BlockDeviceMapping "
            "out.");
    }
    auto response = dependencies.database.write([&](db::Transaction& transaction) {
        const Maker maker(dependencies, transaction, context);
        const auto instance = require_instance(transaction, context, request.instance_id);
        if (request.no_reboot.value_or(false) && instance.state == "running") {
            throw ec2::UnsupportedOperation(
                "The disk of a running instance cannot be read on this server. Leave NoReboot out, "
                "so that the instance is switched off meanwhile, or stop it first.");
        }
        maker.require_new_name(request.name);
        const auto launch = state::decode_instance_launch(instance.launch);
        const std::string snapshot = maker.new_id("snap-");
        state::AmiRow ami{.name = request.name,
                          .state = "pending",
                          .description = request.description.value_or(""),
                          .architecture = launch.architecture,
                          .platform_details = launch.platform_details,
                          .boot_mode = launch.boot_mode,
                          .root_device_name = launch.root_device_name,
                          .source_image_id = instance.image_id,
                          .source_instance_id = instance.instance_id,
                          .devices = {{launch.root_device_name, snapshot, launch.volume_size_gib}}};
        maker.insert_image(ami, request.tag_specifications);
        maker.hold(request.instance_id, ami.image_id, false);
        maker.insert_snapshot(
            snapshot, "Created by CreateImage(" + instance.instance_id + ") for " + ami.image_id,
            launch.volume_size_gib,
            specified_tags(request.tag_specifications, ec2::ResourceType::snapshot,
                           {ec2::ResourceType::image, ec2::ResourceType::snapshot}));
        state::insert_image_job(transaction, {.subject = ami.image_id,
                                              .scope = {context.account, context.region},
                                              .source_region = context.region,
                                              .instance_id = instance.instance_id,
                                              .parent_snapshot = launch.snapshot_id,
                                              .snapshots = {{"", snapshot}}});
        stop_if_dry_run(request.dry_run);
        return ec2::CreateImageResponse{.image_id = ami.image_id};
    });
    dependencies.work_is_there();
    return response;
}

ec2::CopyImageResponse copy_image(const Dependencies& dependencies, const api::CallContext& context,
                                  const ec2::CopyImageRequest& request) {
    Maker::refuse_encryption(request.encrypted, request.kms_key_id);
    auto response = once_per_token(
        dependencies.database, context, "CopyImage", request, [&](db::Transaction& transaction) {
            const Maker maker(dependencies, transaction, context);
            maker.require_region(request.source_region);
            const auto source =
                state::find_ami(transaction, request.source_region, request.source_image_id);
            if (!source || !state::may_launch(*source, context.account)) {
                throw ec2::InvalidAmiIdNotFound("The image id '[" + request.source_image_id +
                                                "]' does not exist in " + request.source_region);
            }
            if (source->state != "available") {
                throw ec2::InvalidAmiIdUnavailable("The image '" + source->image_id + "' is " +
                                                   source->state + ".");
            }
            maker.require_new_name(request.name);
            state::AmiRow copy = *source;
            copy.name = request.name;
            copy.description = request.description.value_or(source->description);
            copy.state = "pending";
            copy.is_public = false;
            copy.launch_accounts.clear();
            copy.deprecation_ms.reset();
            copy.source_image_id = source->image_id;
            copy.source_image_region = request.source_region;
            state::ImageJobRow job{.scope = {context.account, context.region},
                                   .source_region = request.source_region};
            for (state::AmiDevice& device : copy.devices) {
                job.snapshots.push_back({device.snapshot_id, maker.new_id("snap-")});
                device.snapshot_id = job.snapshots.back().snapshot;
            }
            maker.insert_image(copy, request.tag_specifications);
            const auto tags =
                specified_tags(request.tag_specifications, ec2::ResourceType::snapshot,
                               {ec2::ResourceType::image, ec2::ResourceType::snapshot});
            for (const state::AmiDevice& device : copy.devices) {
                maker.insert_snapshot(device.snapshot_id,
                                      "Copied for DestinationAmi " + copy.image_id +
                                          " from SourceAmi " + source->image_id,
                                      device.volume_size_gib, tags);
            }
            if (request.copy_image_tags.value_or(false) && source->owner == context.account) {
                const auto given = state::tags_of(
                    transaction, state::ec2_arn(source->region, "image", source->image_id));
                const std::string arn = state::ec2_arn(copy.region, "image", copy.image_id);
                auto all = given;
                for (const auto& [key, value] : state::tags_of(transaction, arn)) {
                    all[key] = value;
                }
                state::put_tags(transaction, arn, all);
            }
            job.subject = copy.image_id;
            state::insert_image_job(transaction, job);
            stop_if_dry_run(request.dry_run);
            return ec2::CopyImageResponse{.image_id = copy.image_id};
        });
    dependencies.work_is_there();
    return response;
}

ec2::CopySnapshotResponse copy_snapshot(const Dependencies& dependencies,
                                        const api::CallContext& context,
                                        const ec2::CopySnapshotRequest& request) {
    Maker::refuse_encryption(request.encrypted, request.kms_key_id);
    const auto tags = specified_tags(request.tag_specifications, ec2::ResourceType::snapshot,
                                     {ec2::ResourceType::snapshot});
    auto response = dependencies.database.write([&](db::Transaction& transaction) {
        const Maker maker(dependencies, transaction, context);
        maker.require_region(request.source_region);
        const auto source = require_own_snapshot(transaction, context, request.source_region,
                                                 request.source_snapshot_id);
        stop_if_dry_run(request.dry_run);
        const std::string id = maker.new_id("snap-");
        maker.insert_snapshot(id, request.description.value_or(source.description),
                              source.volume_size_gib, tags);
        state::insert_image_job(transaction, {.subject = id,
                                              .scope = {context.account, context.region},
                                              .source_region = request.source_region,
                                              .snapshots = {{source.snapshot_id, id}}});
        return ec2::CopySnapshotResponse{.snapshot_id = id, .tags = to_tags(tags)};
    });
    dependencies.work_is_there();
    return response;
}

ec2::CreateSnapshotResponse create_snapshot(const Dependencies& dependencies,
                                            const api::CallContext& context,
                                            const ec2::CreateSnapshotRequest& request) {
    const auto tags = specified_tags(request.tag_specifications, ec2::ResourceType::snapshot,
                                     {ec2::ResourceType::snapshot});
    auto response = dependencies.database.write([&](db::Transaction& transaction) {
        const Maker maker(dependencies, transaction, context);
        std::optional<state::InstanceRow> owner;
        visit_rows(
            [&](std::int64_t before, int limit) {
                return state::page_instances(transaction, context.region, before, limit);
            },
            [](const state::InstanceRow& row) { return row.id; },
            [&](const state::InstanceRow& row) {
                const bool is_it =
                    row.owner == context.account && row.state != "terminated" &&
                    !row.wanted.empty() &&
                    state::decode_instance_launch(row.launch).volume_id == request.volume_id;
                if (is_it) {
                    owner = row;
                }
                return !is_it;
            });
        if (!owner) {
            throw ec2::InvalidParameterValue("The volume '" + request.volume_id +
                                             "' does not exist.");
        }
        const auto launch = state::decode_instance_launch(owner->launch);
        const std::string id = maker.new_id("snap-");
        maker.hold(owner->instance_id, id, true);
        stop_if_dry_run(request.dry_run);
        maker.insert_snapshot(id, request.description.value_or(""), launch.volume_size_gib, tags);
        state::insert_image_job(transaction, {.subject = id,
                                              .scope = {context.account, context.region},
                                              .source_region = context.region,
                                              .instance_id = owner->instance_id,
                                              .parent_snapshot = launch.snapshot_id,
                                              .snapshots = {{"", id}}});
        return ec2::CreateSnapshotResponse{
            .snapshot_id = id,
            .volume_id = request.volume_id,
            .state = ec2::SnapshotState::pending,
            .start_time = context.now,
            .progress = "0%",
            .owner_id = context.account,
            .description = request.description.value_or(""),
            .volume_size = static_cast<std::int32_t>(launch.volume_size_gib),
            .encrypted = false,
            .tags = to_tags(tags)};
    });
    dependencies.work_is_there();
    return response;
}

}  // namespace goldsmith::service::ec2
