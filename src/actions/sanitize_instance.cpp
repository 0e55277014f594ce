// SanitizeInstance: removes from the instance what must not be in an image (docs/sanitise.md).
#include "actions/actions.h"
#include "actions/instance_command.h"

namespace goldsmith::actions {

namespace {

class SanitizeInstance final : public InstanceCommand {
public:
    using InstanceCommand::InstanceCommand;

private:
    api::runner::Command command(const workflow::StepContext&) override {
        api::runner::Command command;
        command.kind = api::runner::CommandKind::sanitize;
        return command;
    }
};

}  // namespace

std::shared_ptr<workflow::Action> make_sanitize_instance(World& world) {
    return std::make_shared<SanitizeInstance>(world);
}

}  // namespace goldsmith::actions
