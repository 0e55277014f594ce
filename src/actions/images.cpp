#include "actions/images.h"

#include "db/database.h"
#include "state/amis.h"
#include "state/tags.h"
#include "store/region_set.h"

namespace goldsmith::actions {

namespace {

state::AmiRow row_of(const ImageRegistration& registration) {
    const store::ImageManifest& image = registration.image;
    state::AmiRow row;
    row.region = registration.region;
    row.image_id = image.id.str();
    row.owner = registration.owner;
    row.name = image.name;
    row.created_ms = image.created_ms;
    row.description = image.description;
    row.architecture = image.architecture;
    if (image.platform == "Windows") {
        row.platform_details = "Windows";
    }
    row.boot_mode = image.boot_mode;
    row.root_device_name = image.root_device_name;
    row.source_image_id = registration.source_image_id;
    row.source_image_region = registration.source_image_region;
    for (const store::BlockDevice& device : image.block_devices) {
        row.devices.push_back({device.device_name, device.snapshot.str(),
                               static_cast<std::int64_t>(device.volume_size_gib)});
    }
    return row;
}

void put_snapshots(db::Connection& connection, const ImageRegistration& registration) {
    for (const store::BlockDevice& device : registration.image.block_devices) {
        const std::string id = device.snapshot.str();
        if (!state::find_snapshot(connection, registration.region, id)) {
            state::SnapshotRow row;
            row.region = registration.region;
            row.snapshot_id = id;
            row.owner = registration.owner;
            row.description = "Created for " + registration.image.id.str();
            row.volume_size_gib = static_cast<std::int64_t>(device.volume_size_gib);
            row.created_ms = registration.image.created_ms;
            state::insert_snapshot(connection, row);
        }
        state::put_tags(connection, state::ec2_arn(registration.region, "snapshot", id),
                        registration.tags);
    }
}

}  // namespace

std::map<std::string, std::string> build_tags(const std::string& image_arn) {
    return {{"CreatedBy", "EC2 Image Builder"}, {"Ec2ImageBuilderArn", image_arn}};
}

void register_image(db::Database& database, store::RegionSet& regions,
                    const ImageRegistration& registration) {
    store::ImageManifest image = registration.image;
    image.tags = registration.tags;
    regions.at(registration.region).put_image(image);
    database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction.connection();
        put_snapshots(connection, registration);
        state::AmiRow row = row_of(registration);
        const auto present = state::find_ami(connection, row.region, row.image_id);
        if (present) {
            row.id = present->id;
            row.is_public = present->is_public;
            state::update_ami(connection, row);
        } else {
            state::insert_ami(connection, row);
        }
        state::put_tags(connection, state::ec2_arn(row.region, "image", row.image_id),
                        registration.tags);
    });
}

}  // namespace goldsmith::actions
