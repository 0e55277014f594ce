// CreateImage: the machine's disk becomes a snapshot, the snapshot an AMI in the build's region.
// The ids follow from the step's token.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/ami_name.h"
#include "actions/build_settings.h"
#include "actions/images.h"
#include "actions/instance_command.h"
#include "base/error.h"
#include "db/database.h"
#include "state/instances.h"
#include "store/region_set.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

class CreateImage final : public InstanceCommand {
public:
    using InstanceCommand::InstanceCommand;

private:
    api::runner::Command command(const workflow::StepContext& step) override {
        api::runner::Command command;
        command.kind = api::runner::CommandKind::create_snapshot;
        command.create_snapshot.emplace();
        command.create_snapshot->snapshot_id = store::SnapshotId::from_token(step.token).str();
        command.create_snapshot->description =
            "Created by Image Builder for " + step.plan.image_arn;
        return command;
    }

    workflow::Advance succeeded(const workflow::StepContext& step, const LaunchedInstance& instance,
                                const api::runner::CommandResult&) override {
        const BuildSettings settings = build_settings(step.plan);
        const store::ImageManifest parent = parent_of(settings, instance.instance_id);
        ImageRegistration registration{
            new_image(step, settings, parent), settings.region, settings.account,
            settings.recipe_ami_tags,          parent.id.str(), ""};
        registration.tags.merge(build_tags(step.plan.image_arn));
        register_image(world_, registration);
        return workflow::Completed{{{"imageId", registration.image.id.str()}}};
    }

    store::ImageManifest parent_of(const BuildSettings& settings, const std::string& instance_id) {
        const auto row = world_.database.read([&](db::Connection& connection) {
            return state::find_instance(connection, settings.region, instance_id);
        });
        if (!row) {
            throw base::Error("instance " + instance_id + " has no row");
        }
        return world_.regions.at(settings.region).image(store::ImageId::parse(row->image_id));
    }

    store::ImageManifest new_image(const workflow::StepContext& step, const BuildSettings& settings,
                                   const store::ImageManifest& parent) {
        const store::SnapshotId snapshot = store::SnapshotId::from_token(step.token);
        store::ImageManifest image = parent;
        image.id = store::ImageId::from_token(step.token);
        image.source = step.plan.image_arn;
        const auto started =
            std::chrono::time_point_cast<std::chrono::milliseconds>(step.started_at);
        const NameValues values{settings.image_build, settings.image_created_at.value_or(started)};
        image.name = default_ami_name(settings.image_name, values);
        image.description.clear();
        image.created_ms = started.time_since_epoch().count();
        for (store::BlockDevice& device : image.block_devices) {
            if (device.device_name == image.root_device_name) {
                device.snapshot = snapshot;
                device.volume_size_gib =
                    world_.regions.at(settings.region).snapshot(snapshot).volume_size_gib();
            }
        }
        return image;
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_create_image(World& world) {
    return std::make_shared<CreateImage>(world);
}

}  // namespace goldsmith::actions
