// How many of each thing an account may have in a region: AWS's defaults, which the configuration
// file may change (docs/configuration.md). Used by the families of Image Builder and by
// RunInstances. Plain values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace goldsmith::service {

struct Quotas {
    std::int64_t components = 1000;
    std::int64_t workflows = 1000;
    std::int64_t image_recipes = 1000;
    std::int64_t container_recipes = 1000;
    std::int64_t infrastructure_configurations = 1000;
    std::int64_t distribution_configurations = 1000;
    std::int64_t image_pipelines = 75;
    std::int64_t lifecycle_policies = 50;
    std::int64_t components_per_recipe = 20;
    std::int64_t parameters_per_component = 25;
    std::int64_t resource_state_updates = 50;
    std::int64_t target_accounts_per_distribution = 50;
    std::int64_t launch_templates_per_region = 5;
    std::int64_t ssm_parameters_per_region = 10;
    std::int64_t instances = 20;
};

/// A quota as the configuration file names it.
struct QuotaName {
    std::string_view name;
    std::int64_t Quotas::*value;
};

std::span<const QuotaName> quota_names();

}  // namespace goldsmith::service
