#include "api/generated/imagebuilder/dispatch.h"

#include "service/endpoints.h"
#include "service/imagebuilder/components.h"
#include "service/imagebuilder/distributions.h"
#include "service/imagebuilder/findings.h"
#include "service/imagebuilder/images.h"
#include "service/imagebuilder/infrastructure.h"
#include "service/imagebuilder/lifecycle.h"
#include "service/imagebuilder/pipelines.h"
#include "service/imagebuilder/policies.h"
#include "service/imagebuilder/recipes.h"
#include "service/imagebuilder/tags.h"
#include "service/imagebuilder/workflows.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

/// The families share one copy of the dependencies.
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
    imagebuilder::LifecycleFamily lifecycle{dependencies};
    imagebuilder::FindingFamily findings{dependencies};
    imagebuilder::PolicyFamily policies{dependencies};
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
                                                     .lifecycle = &owned.lifecycle,
                                                     .findings = &owned.findings,
                                                     .policies = &owned.policies,
                                                     .tags = &owned.tags});
        });
}

}  // namespace goldsmith::service
