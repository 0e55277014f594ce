#include "actions/imports.h"

#include "actions/images.h"
#include "db/database.h"
#include "disk_images/jobs.h"
#include "state/amis.h"
#include "store/errors.h"
#include "store/region_set.h"

namespace goldsmith::actions {

std::vector<std::string> import_arguments(const ImportOrder& order,
                                          const base::Path& data_directory) {
    // Values are joined to their options: none of them can be taken for an option.
    std::vector<std::string> arguments{"image",
                                       "import",
                                       "--data-dir=" + data_directory.string(),
                                       "--server",
                                       "--token=" + order.token,
                                       "--region=" + order.region,
                                       "--name=" + order.name};
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) {
            arguments.push_back(option + value);
        }
    };
    add("--description=", order.description);
    add("--format=", order.format);
    add("--architecture=", order.architecture);
    add("--boot-mode=", order.boot_mode);
    arguments.push_back("--");
    arguments.push_back(order.location);
    return arguments;
}

ImportState Imports::advance(const ImportOrder& order) {
    store::RegionStore& region = regions_.at(order.region);
    const auto id = store::ImageId::from_token(order.token);
    auto image = region.find_image(id);
    if (!image) {
        const auto state = jobs_.advance(order.token, import_arguments(order, data_directory_));
        if (const auto* running = std::get_if<disk_images::JobRunning>(&state)) {
            return ImportRunning{running->stage};
        }
        if (const auto* failed = std::get_if<disk_images::JobFailed>(&state)) {
            return ImportFailed{failed->message};
        }
        image = region.find_image(id);
        if (!image) {
            return ImportFailed{"the import of " + order.location + " ended without an image"};
        }
    }
    if (!jobs_.settle(order.token)) {
        return ImportRunning{"storing: 100%"};
    }
    register_image(database_, regions_,
                   {.image = *image,
                    .region = order.region,
                    .owner = order.owner,
                    .tags = order.tags,
                    .source_image_id = "",
                    .source_image_region = ""});
    return ImportDone{std::move(*image)};
}

bool Imports::cancel(const ImportOrder& order) {
    if (!jobs_.stop(order.token)) {
        return false;
    }
    const auto image = store::ImageId::from_token(order.token);
    const auto snapshot = store::SnapshotId::from_token(order.token);
    database_.write([&](db::Transaction& transaction) {
        state::erase_ami(transaction, order.region, image.str());
        state::erase_snapshot(transaction, order.region, snapshot.str());
    });
    store::RegionStore& region = regions_.at(order.region);
    region.delete_image(image);
    try {
        region.delete_snapshot(snapshot);
    } catch (const store::SnapshotInUse&) {
        // Somebody has made an image of it meanwhile.
    }
    return true;
}

}  // namespace goldsmith::actions
