#include "service/quotas.h"

namespace goldsmith::service {

namespace {

constexpr QuotaName names[] = {
    {"components", &Quotas::components},
    {"workflows", &Quotas::workflows},
    {"image_recipes", &Quotas::image_recipes},
    {"container_recipes", &Quotas::container_recipes},
    {"infrastructure_configurations", &Quotas::infrastructure_configurations},
    {"distribution_configurations", &Quotas::distribution_configurations},
    {"image_pipelines", &Quotas::image_pipelines},
    {"lifecycle_policies", &Quotas::lifecycle_policies},
    {"components_per_recipe", &Quotas::components_per_recipe},
    {"parameters_per_component", &Quotas::parameters_per_component},
    {"resource_state_updates", &Quotas::resource_state_updates},
    {"target_accounts_per_distribution", &Quotas::target_accounts_per_distribution},
    {"launch_templates_per_region", &Quotas::launch_templates_per_region},
    {"ssm_parameters_per_region", &Quotas::ssm_parameters_per_region},
    {"instances", &Quotas::instances},
};

}  // namespace

std::span<const QuotaName> quota_names() {
    return names;
}

}  // namespace goldsmith::service
