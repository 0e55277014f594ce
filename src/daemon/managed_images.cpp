#include "daemon/managed_images.h"

#include <boost/json.hpp>

#include "api/generated/imagebuilder/images_json.h"
#include "api/version.h"
#include "base/clock.h"
#include "catalogue/entry.h"
#include "catalogue/pull.h"
#include "daemon/config.h"
#include "daemon/data_directory.h"
#include "daemon/database.h"
#include "db/database.h"
#include "state/amis.h"
#include "state/images.h"
#include "store/region_set.h"

namespace goldsmith::daemon {

namespace {

namespace ib = api::imagebuilder;

std::string body_of(const catalogue::CatalogueEntry& entry, const catalogue::PulledImage& pulled) {
    ib::Image image;
    image.type = ib::ImageType::ami;
    image.name = entry.name;
    image.version = pulled.facts.version + "/1";
    image.platform = ib::Platform::linux_;
    image.os_version = entry.title;
    image.date_created = base::Time(std::chrono::milliseconds(pulled.image.created_ms));
    image.image_source = ib::ImageSource::amazon_managed;
    return boost::json::serialize(ib::to_json(image));
}

void publish_image(db::Connection& connection, const catalogue::CatalogueEntry& entry,
                   const catalogue::PulledImage& pulled) {
    auto version = api::parse_version(pulled.facts.version);
    if (!version) {
        return;
    }
    version->build = 1;
    if (state::find_image(connection, state::managed_scope(), entry.name, *version)) {
        return;
    }
    state::ImageRow row;
    row.row.scope = state::managed_scope();
    row.row.slug = entry.name;
    row.row.version = *version;
    row.row.created_ms = pulled.image.created_ms;
    row.row.body = body_of(entry, pulled);
    row.status = "AVAILABLE";
    row.os_version = entry.title;
    row.updated_ms = pulled.image.created_ms;
    state::insert_image(connection, row);
}

void publish_ami(db::Connection& connection, const std::string& region,
                 const store::ImageManifest& image) {
    if (state::find_ami(connection, region, image.id.str())) {
        return;
    }
    state::AmiRow row;
    row.region = region;
    row.image_id = image.id.str();
    row.owner = "amazon";
    row.name = image.name;
    row.created_ms = image.created_ms;
    row.description = image.description;
    row.architecture = image.architecture;
    row.boot_mode = image.boot_mode;
    row.root_device_name = image.root_device_name;
    row.is_public = true;
    for (const store::BlockDevice& device : image.block_devices) {
        row.devices.push_back({device.device_name, device.snapshot.str(),
                               static_cast<std::int64_t>(device.volume_size_gib)});
        if (!state::find_snapshot(connection, region, device.snapshot.str())) {
            state::SnapshotRow snapshot;
            snapshot.region = region;
            snapshot.snapshot_id = device.snapshot.str();
            snapshot.owner = "amazon";
            snapshot.description = image.name;
            snapshot.volume_size_gib = static_cast<std::int64_t>(device.volume_size_gib);
            snapshot.created_ms = image.created_ms;
            state::insert_snapshot(connection, snapshot);
        }
    }
    state::insert_ami(connection, row);
}

}  // namespace

void publish_managed_images(db::Database& database, store::RegionSet& regions,
                            const base::Path& data_directory) {
    for (const catalogue::CatalogueEntry& entry : catalogue::catalogue()) {
        for (const std::string& region : regions.names()) {
            for (const catalogue::PulledImage& pulled :
                 catalogue::pulled_images(entry, data_directory, regions.at(region))) {
                database.write([&](db::Transaction& transaction) {
                    publish_image(transaction.connection(), entry, pulled);
                    publish_ami(transaction.connection(), region, pulled.image);
                });
            }
        }
    }
}

void publish_managed_images(const Config& config) {
    const DataLayout layout{config.data_directory};
    const auto database = open_database(layout);
    store::RegionSet regions(layout.stores(), config.regions);
    publish_managed_images(*database, regions, layout.root);
}

}  // namespace goldsmith::daemon
