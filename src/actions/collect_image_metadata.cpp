// CollectImageMetadata: the operating system's version and the installed packages, kept with the
// image for GetImage and ListImagePackages.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/build_settings.h"
#include "actions/instance_command.h"
#include "db/database.h"
#include "state/images.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;

std::vector<state::ImagePackage> packages_of(const api::runner::InstanceMetadata& metadata) {
    std::vector<state::ImagePackage> packages;
    for (const api::runner::Package& package : metadata.packages) {
        packages.push_back({package.name, package.version});
    }
    return packages;
}

/// "Debian GNU/Linux 12"
std::string system_of(const api::runner::InstanceMetadata& metadata) {
    const std::string name = metadata.os_name.value_or("");
    const std::string version = metadata.os_version.value_or("");
    return name.empty() || version.empty() ? name + version : name + " " + version;
}

class CollectImageMetadata final : public InstanceCommand {
public:
    using InstanceCommand::InstanceCommand;

private:
    api::runner::Command command(const workflow::StepContext&) override {
        api::runner::Command command;
        command.kind = api::runner::CommandKind::collect_metadata;
        return command;
    }

    workflow::Advance succeeded(const workflow::StepContext& step, const LaunchedInstance&,
                                const api::runner::CommandResult& result) override {
        const auto metadata = result.metadata.value_or(api::runner::InstanceMetadata{});
        const std::string os_version = system_of(metadata);
        world_.database.write([&](db::Transaction& transaction) {
            db::Connection& connection = transaction.connection();
            state::set_os_version(connection, step.plan.image_arn, os_version,
                                  world_.clock.now().time_since_epoch().count());
            state::set_packages(connection, step.plan.image_arn, packages_of(metadata));
        });
        return workflow::Completed{{{"osVersion", os_version}, {"associationId", step.token}}};
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_collect_image_metadata(World& world) {
    return std::make_shared<CollectImageMetadata>(world);
}

}  // namespace goldsmith::actions
