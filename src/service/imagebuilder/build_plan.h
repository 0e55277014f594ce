// From a frozen image to the plan that the engine runs: which workflows, with which values, and the
// settings that the actions read (docs/formats/build-plan.md). Functions run on the connection they
// are given and throw the API's errors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/arn.h"
#include "api/generated/imagebuilder/images_types.h"
#include "service/imagebuilder/parent_image.h"
#include "service/imagebuilder/recipe_components.h"
#include "workflow/plan.h"

namespace goldsmith::service::imagebuilder {

/// Everything that a build is made of, resolved and frozen.
struct FrozenBuild {
    api::imagebuilder::Image image{};  // as GetImage will show it, tags included
    api::Arn arn{};                    // build version ARN
    ParentImage parent{};
    std::vector<RecipeComponent> components{};
    std::string log_group{};
    std::string log_stream{};
    /// Set: nothing is built or tested, an AMI is made of the disk image at this URL.
    std::string import_location{};
    /// Set: nothing is built or tested, this AMI is distributed.
    std::string source_image_id{};
};

/// The sealed plan. `random` names its execution.
workflow::Plan make_plan(db::Connection& connection, const api::CallContext& context,
                         base::Random& random, const FrozenBuild& build);

/// Checks the workflows of a CreateImage or pipeline request: they exist, their parameters fit, and
/// together they make a plan. Throws the API's errors.
void check_workflows(
    db::Connection& connection, const api::CallContext& context,
    const std::optional<std::vector<api::imagebuilder::WorkflowConfiguration>>& workflows);

}  // namespace goldsmith::service::imagebuilder
