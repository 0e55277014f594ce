#include "daemon/imported_images.h"

#include "actions/images.h"
#include "base/error.h"
#include "daemon/config.h"
#include "daemon/data_directory.h"
#include "daemon/database.h"
#include "db/database.h"
#include "disk_images/scratch.h"
#include "state/amis.h"
#include "store/region_set.h"

namespace goldsmith::daemon {

void require_free_image_name(const Config& config, const std::string& region,
                             const std::string& name) {
    const auto database = open_database(DataLayout{config.data_directory});
    const auto taken = database->read([&](db::Connection& connection) {
        return state::find_ami_by_name(connection, region, config.account, name);
    });
    if (taken) {
        throw base::Error("there is an image named '" + name + "' in " + region + " already (" +
                          taken->image_id + "); give another with --name");
    }
}

void publish_imported_image(const Config& config, store::RegionSet& regions,
                            const std::string& region, const store::ImageManifest& image) {
    const auto database = open_database(DataLayout{config.data_directory});
    actions::register_image(*database, regions,
                            {.image = image,
                             .region = region,
                             .owner = config.account,
                             .tags = image.tags,
                             .source_image_id = "",
                             .source_image_region = ""});
}

std::size_t sweep_dead_imports(const Config& config, store::RegionSet& regions) {
    const DataLayout layout{config.data_directory};
    if (!std::filesystem::exists(layout.imports())) {
        return 0;
    }
    const auto database = open_database(layout);
    return disk_images::sweep_imports(
        layout.imports(), regions, [&](const std::string& region, const std::string& image) {
            return database->read([&](db::Connection& connection) {
                return state::find_ami(connection, region, image).has_value();
            });
        });
}

}  // namespace goldsmith::daemon
