// The component list of a recipe: do the components exist and fit, are their parameters right. Used
// when a recipe is created and when an image freezes it. Functions run on the connection they are
// given and throw the API's errors, naming the place in the list.
#pragma once

#include <string>
#include <vector>

#include "api/context.h"
#include "api/generated/imagebuilder/components_types.h"
#include "api/generated/imagebuilder/recipes_types.h"
#include "service/imagebuilder/parent_image.h"

namespace goldsmith::service::imagebuilder {

struct RecipeComponent {
    api::imagebuilder::Component component{};
    std::vector<api::imagebuilder::ComponentParameter> parameters{};
};

/// The components in order, wildcards resolved to the highest ACTIVE build.
std::vector<RecipeComponent> resolve_components(
    db::Connection& connection, const api::CallContext& context,
    const std::vector<api::imagebuilder::ComponentConfiguration>& components,
    const ParentImage& parent);

/// Throws ServiceQuotaExceededException.
void require_component_quota(const Dependencies& dependencies, std::size_t count);

}  // namespace goldsmith::service::imagebuilder
