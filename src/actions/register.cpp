#include "actions/actions.h"

namespace goldsmith::actions {

void register_actions(workflow::ActionRegistry& registry, World& world) {
    registry.add("LaunchInstance", make_launch_instance(world));
    registry.add("WaitForSSMAgent", make_wait_for_agent(world));
    registry.add("ExecuteComponents", make_execute_components(world));
    registry.add("CollectImageMetadata", make_collect_image_metadata(world));
    registry.add("SanitizeInstance", make_sanitize_instance(world));
    registry.add("CreateImage", make_create_image(world));
    registry.add("TerminateInstance", make_terminate_instance(world));
    registry.add("DistributeImage", make_distribute_image(world));
    registry.add("ModifyImageAttributes", make_modify_image_attributes(world));
    registry.add("ApplyImageConfigurations", make_apply_image_configurations(world));
    registry.add("RegisterImage", make_register_image(world));
    registry.add("WaitForAction", make_wait_for_action());
}

}  // namespace goldsmith::actions
