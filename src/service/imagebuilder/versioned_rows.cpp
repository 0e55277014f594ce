#include "service/imagebuilder/versioned_rows.h"

#include "state/images.h"

namespace goldsmith::service::imagebuilder {

const state::VersionedRows* versioned_rows(api::ResourceType type) {
    switch (type) {
        case api::ResourceType::component:
            return &state::components();
        case api::ResourceType::image_recipe:
            return &state::image_recipes();
        case api::ResourceType::container_recipe:
            return &state::container_recipes();
        case api::ResourceType::image:
            return &state::image_versions();
        case api::ResourceType::workflow:
            return &state::workflows();
        case api::ResourceType::infrastructure_configuration:
        case api::ResourceType::distribution_configuration:
        case api::ResourceType::image_pipeline:
        case api::ResourceType::lifecycle_policy:
            break;
    }
    return nullptr;
}

}  // namespace goldsmith::service::imagebuilder
