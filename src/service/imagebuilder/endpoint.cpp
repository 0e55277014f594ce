#include "api/generated/imagebuilder/dispatch.h"

#include "service/endpoints.h"
#include "service/imagebuilder/components.h"
#include "service/imagebuilder/distributions.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/infrastructure.h"
#include "service/imagebuilder/pipelines.h"
#include "service/imagebuilder/recipes.h"
#include "service/imagebuilder/tags.h"
#include "service/imagebuilder/workflows.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

/// The families share one copy of the dependencies. Families that are not here yet (lifecycle,
/// findings, policies) are refused by the generated dispatch.
struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    imagebuilder::ComponentFamily components{dependencies};
    imagebuilder::WorkflowFamily workflows{dependencies};
    imagebuilder::RecipeFamily recipes{dependencies};
    imagebuilder::InfrastructureFamily infrastructure{dependencies};
    imagebuilder::DistributionFamily distributions{dependencies};
    imagebuilder::ImageFamily images{dependencies};
    imagebuilder::PipelineFamily pipelines{dependencies};
    imagebuilder::TagFamily tags{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_imagebuilder_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::imagebuilder::make_endpoint({.components = &owned.components,
                                                     .workflows = &owned.workflows,
                                                     .recipes = &owned.recipes,
                                                     .infrastructure = &owned.infrastructure,
                                                     .distributions = &owned.distributions,
                                                     .images = &owned.images,
                                                     .pipelines = &owned.pipelines,
                                                     .tags = &owned.tags});
        });
}

}  // namespace goldsmith::service
