// The step actions, one source file each; register_actions() in world.h puts them under their
// names. All references must outlive the actions.
#pragma once

#include <memory>

#include "actions/world.h"
#include "workflow/action.h"

namespace goldsmith::actions {

std::shared_ptr<workflow::Action> make_launch_instance(World& world);
std::shared_ptr<workflow::Action> make_register_image(World& world);
std::shared_ptr<workflow::Action> make_wait_for_agent(World& world);
std::shared_ptr<workflow::Action> make_execute_components(World& world);
std::shared_ptr<workflow::Action> make_collect_image_metadata(World& world);
std::shared_ptr<workflow::Action> make_sanitize_instance(World& world);
std::shared_ptr<workflow::Action> make_create_image(World& world);
std::shared_ptr<workflow::Action> make_terminate_instance(World& world);
std::shared_ptr<workflow::Action> make_distribute_image(World& world);
std::shared_ptr<workflow::Action> make_modify_image_attributes(World& world);
std::shared_ptr<workflow::Action> make_apply_image_configurations(World& world);
std::shared_ptr<workflow::Action> make_wait_for_action();

}  // namespace goldsmith::actions
