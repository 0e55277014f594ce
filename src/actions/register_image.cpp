// RegisterImage: an AMI of a disk image from elsewhere (imageLocation), which is what
// ImportDiskImage runs, or of a snapshot that is here (blockDeviceMapping). Its id follows from the
// step's token.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/ami_name.h"
#include "actions/build_settings.h"
#include "actions/images.h"
#include "actions/imports.h"
#include "db/database.h"
#include "state/images.h"
#include "store/region_set.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;
using workflow::Advance;
using workflow::Completed;
using workflow::Failed;
using workflow::Pending;
using workflow::RolledBack;
using workflow::StepContext;
using workflow::Undo;

std::string text_input(const StepContext& step, const char* name) {
    const json::value* value = step.inputs.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

/// The snapshot of the first device that names one; the shape is EC2's: Ebs.SnapshotId.
std::string snapshot_input(const StepContext& step) {
    const json::value* list = step.inputs.if_contains("blockDeviceMapping");
    if (list == nullptr || !list->is_array()) {
        return "";
    }
    for (const json::value& device : list->as_array()) {
        boost::system::error_code absent;
        for (const char* path : {"/Ebs/SnapshotId", "/ebs/snapshotId"}) {
            const json::value* id = device.find_pointer(path, absent);
            if (id != nullptr && id->is_string()) {
                return std::string(id->as_string());
            }
        }
    }
    return "";
}

class RegisterImage final : public workflow::Action {
public:
    explicit RegisterImage(World& world) : world_(world) {}

    Advance advance(const StepContext& step) override {
        if (!text_input(step, "imageLocation").empty()) {
            return import(step);
        }
        return from_snapshot(step);
    }

    Undo cancel(const StepContext& step) override {
        if (text_input(step, "imageLocation").empty() || world_.imports == nullptr ||
            world_.imports->cancel(order(step))) {
            return RolledBack{};
        }
        return Pending{std::chrono::milliseconds(500), false};
    }

private:
    static std::string ami_name(const StepContext& step, const BuildSettings& settings) {
        const auto started =
            std::chrono::time_point_cast<std::chrono::milliseconds>(step.started_at);
        return default_ami_name(
            settings.image_name,
            NameValues{settings.image_build, settings.image_created_at.value_or(started)});
    }

    static ImportOrder order(const StepContext& step) {
        const BuildSettings settings = build_settings(step.plan);
        return {.token = step.token,
                .region = settings.region,
                .owner = settings.account,
                .location = text_input(step, "imageLocation"),
                .format = "",
                .name = ami_name(step, settings),
                .description = text_input(step, "description"),
                .architecture = text_input(step, "architecture"),
                .boot_mode = text_input(step, "bootMode"),
                .tags = build_tags(step.plan.image_arn)};
    }

    Advance import(const StepContext& step) {
        if (world_.imports == nullptr) {
            return Failed{"this server imports no images", {}};
        }
        const ImportState state = world_.imports->advance(order(step));
        if (std::holds_alternative<ImportRunning>(state)) {
            return Pending{std::chrono::milliseconds(500), false};
        }
        if (const auto* failed = std::get_if<ImportFailed>(&state)) {
            return Failed{failed->message, {}};
        }
        return completed(step, std::get<ImportDone>(state).image);
    }

    Advance from_snapshot(const StepContext& step) {
        const std::string id = snapshot_input(step);
        if (id.empty()) {
            return Failed{
                "RegisterImage needs 'imageLocation' or a snapshot in 'blockDeviceMapping'", {}};
        }
        const BuildSettings settings = build_settings(step.plan);
        const auto snapshot =
            world_.regions.at(settings.region).find_snapshot(store::SnapshotId::parse(id));
        if (!snapshot) {
            return Failed{"snapshot " + id + " is not in region " + settings.region, {}};
        }
        store::ImageManifest image{.id = store::ImageId::from_token(step.token)};
        image.name = ami_name(step, settings);
        image.description = text_input(step, "description");
        const std::string architecture = text_input(step, "architecture");
        image.architecture = architecture.empty() ? "x86_64" : architecture;
        image.boot_mode = text_input(step, "bootMode");
        const std::string device = text_input(step, "rootDeviceName");
        image.root_device_name = device.empty() ? "/dev/xvda" : device;
        image.block_devices.push_back({.device_name = image.root_device_name,
                                       .snapshot = snapshot->id,
                                       .volume_size_gib = snapshot->volume_size_gib()});
        image.source = step.plan.image_arn;
        image.created_ms = std::chrono::time_point_cast<std::chrono::milliseconds>(step.started_at)
                               .time_since_epoch()
                               .count();
        register_image(world_, {.image = image,
                                .region = settings.region,
                                .owner = settings.account,
                                .tags = build_tags(step.plan.image_arn),
                                .source_image_id = "",
                                .source_image_region = ""});
        return completed(step, image);
    }

    /// A distribution, where one follows, replaces the output resources.
    Advance completed(const StepContext& step, const store::ImageManifest& image) {
        const BuildSettings settings = build_settings(step.plan);
        const json::object ami{{"region", settings.region},
                               {"image", image.id.str()},
                               {"name", image.name},
                               {"description", image.description},
                               {"accountId", settings.account},
                               {"state", {{"status", "AVAILABLE"}}}};
        world_.database.write([&](db::Transaction& transaction) {
            state::set_output_resources(transaction.connection(), step.plan.image_arn,
                                        json::serialize(json::object{{"amis", json::array{ami}}}),
                                        world_.clock.now().time_since_epoch().count());
        });
        return Completed{{{"imageId", image.id.str()}}};
    }

    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_register_image(World& world) {
    return std::make_shared<RegisterImage>(world);
}

}  // namespace goldsmith::actions
