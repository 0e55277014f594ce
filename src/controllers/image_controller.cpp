#include "controllers/image_controller.h"

#include "base/error.h"
#include "db/database.h"
#include "state/amis.h"
#include "state/instances.h"
#include "state/tags.h"
#include "store/disk_reader.h"
#include "store/ingest.h"
#include "store/region_set.h"
#include "store/replicate.h"

namespace goldsmith::controllers {

namespace {

bool makes_image(const state::ImageJobRow& job) {
    return job.subject.starts_with("ami-");
}

store::ImageManifest manifest_of(const state::AmiRow& ami, const state::TagMap& tags) {
    store::ImageManifest image{
        .id = store::ImageId::parse(ami.image_id),
        .name = ami.name,
        .description = ami.description,
        .architecture = ami.architecture,
        .boot_mode = ami.boot_mode,
        .root_device_name = ami.root_device_name,
        .tags = tags,
        .source = ami.source_image_id.empty() ? ami.source_instance_id : ami.source_image_id,
        .created_ms = ami.created_ms};
    for (const state::AmiDevice& device : ami.devices) {
        image.block_devices.push_back(
            {.device_name = device.device_name,
             .snapshot = store::SnapshotId::parse(device.snapshot_id),
             .volume_size_gib = static_cast<std::uint64_t>(device.volume_size_gib)});
    }
    return image;
}

}  // namespace

void ImageController::turn() {
    const auto jobs = world_.database.read(
        [](db::Connection& connection) { return state::image_jobs(connection); });
    for (const state::ImageJobRow& job : jobs) {
        try {
            if (!is_still_wanted(job)) {
                drop(job);
            } else if (disk_is_free(job)) {
                carry_out(job);
            }
        } catch (const std::exception& error) {
            world_.log.error("a job for an image cannot be looked at",
                             {{"subject", job.subject}, {"error", base::error_chain(error)}});
        }
    }
}

bool ImageController::is_still_wanted(const state::ImageJobRow& job) const {
    return world_.database.read([&](db::Connection& connection) {
        return makes_image(job)
                   ? state::find_ami(connection, job.scope.region, job.subject).has_value()
                   : state::find_snapshot(connection, job.scope.region, job.subject).has_value();
    });
}

bool ImageController::disk_is_free(const state::ImageJobRow& job) const {
    if (job.instance_id.empty()) {
        return true;
    }
    const auto row = world_.database.read([&](db::Connection& connection) {
        return state::find_instance(connection, job.scope.region, job.instance_id);
    });
    return !row || !row->run_id;
}

void ImageController::carry_out(const state::ImageJobRow& job) {
    std::string failure;
    try {
        for (const state::JobSnapshot& snapshot : job.snapshots) {
            make_snapshot(job, snapshot);
        }
        if (makes_image(job)) {
            put_manifest(job);
        }
    } catch (const std::exception& error) {
        failure = base::error_chain(error);
        world_.log.error("an image could not be made",
                         {{"subject", job.subject}, {"error", failure}});
    }
    finish(job, failure);
}

void ImageController::make_snapshot(const state::ImageJobRow& job,
                                    const state::JobSnapshot& snapshot) {
    if (snapshot.source_snapshot.empty()) {
        read_disk(job, snapshot);
        return;
    }
    store::copy_snapshot(world_.regions.at(job.source_region), world_.regions.at(job.scope.region),
                         store::SnapshotId::parse(snapshot.source_snapshot),
                         store::SnapshotId::parse(snapshot.snapshot));
}

void ImageController::read_disk(const state::ImageJobRow& job, const state::JobSnapshot& snapshot) {
    const state::InstanceRow row{.region = job.scope.region, .instance_id = job.instance_id};
    store::RegionStore& region = world_.regions.at(job.scope.region);
    const store::ImageFileMap map = store::map_image_file(runs_.folder_of(row) / "disk.qcow2");
    const auto parent = store::SnapshotId::parse(job.parent_snapshot);
    // The parent may have been deleted since the launch: then all of the disk is read.
    const bool has_parent = region.has_snapshot(parent);
    store::ingest(region, *map.disk,
                  {.id = store::SnapshotId::parse(snapshot.snapshot),
                   .extents = has_parent ? map.dirty : map.allocated,
                   .parent = has_parent ? std::optional(parent) : std::nullopt,
                   .description = "Created by CreateImage(" + job.instance_id + ")"});
}

void ImageController::put_manifest(const state::ImageJobRow& job) {
    const auto [ami, tags] = world_.database.read([&](db::Connection& connection) {
        return std::pair(
            state::find_ami(connection, job.scope.region, job.subject),
            state::tags_of(connection, state::ec2_arn(job.scope.region, "image", job.subject)));
    });
    if (ami) {
        world_.regions.at(job.scope.region).put_image(manifest_of(*ami, tags));
    }
}

void ImageController::finish(const state::ImageJobRow& job, const std::string& failure) {
    world_.database.write([&](db::Transaction& transaction) {
        state::erase_image_job(transaction, job.id);
        for (const state::JobSnapshot& snapshot : job.snapshots) {
            state::set_snapshot_state(transaction, job.scope.region, snapshot.snapshot,
                                      failure.empty() ? "completed" : "error");
        }
        if (auto ami = state::find_ami(transaction, job.scope.region, job.subject)) {
            ami->state = failure.empty() ? "available" : "failed";
            ami->state_reason = failure;
            state::update_ami(transaction, *ami);
        }
        auto instance = state::find_instance(transaction, job.scope.region, job.instance_id);
        if (instance && instance->hold == job.subject) {
            instance->hold.clear();
            instance->generation += 1;
            state::update_instance(transaction, *instance);
        }
    });
}

/// Its AMI was deregistered, or its snapshot deleted, before it was complete.
void ImageController::drop(const state::ImageJobRow& job) {
    finish(job, "deregistered");
    store::RegionStore& region = world_.regions.at(job.scope.region);
    if (makes_image(job)) {
        region.delete_image(store::ImageId::parse(job.subject));
    }
    for (const state::JobSnapshot& snapshot : job.snapshots) {
        region.delete_snapshot(store::SnapshotId::parse(snapshot.snapshot));
        world_.database.write([&](db::Transaction& transaction) {
            state::erase_snapshot(transaction, job.scope.region, snapshot.snapshot);
            state::erase_tags(transaction,
                              state::ec2_arn(job.scope.region, "snapshot", snapshot.snapshot));
        });
    }
}

}  // namespace goldsmith::controllers
