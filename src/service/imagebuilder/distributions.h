// Distribution configurations: to which regions and accounts an image goes, and under which name.
// Thread-safe.
#pragma once

#include "api/generated/imagebuilder/distributions.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class DistributionFamily final : public api::imagebuilder::Distributions {
public:
    explicit DistributionFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateDistributionConfigurationResponse create_distribution_configuration(
        const api::CallContext& context,
        const api::imagebuilder::CreateDistributionConfigurationRequest& request) override;
    api::imagebuilder::DeleteDistributionConfigurationResponse delete_distribution_configuration(
        const api::CallContext& context,
        const api::imagebuilder::DeleteDistributionConfigurationRequest& request) override;
    api::imagebuilder::GetDistributionConfigurationResponse get_distribution_configuration(
        const api::CallContext& context,
        const api::imagebuilder::GetDistributionConfigurationRequest& request) override;
    api::imagebuilder::ListDistributionConfigurationsResponse list_distribution_configurations(
        const api::CallContext& context,
        const api::imagebuilder::ListDistributionConfigurationsRequest& request) override;
    api::imagebuilder::UpdateDistributionConfigurationResponse update_distribution_configuration(
        const api::CallContext& context,
        const api::imagebuilder::UpdateDistributionConfigurationRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
