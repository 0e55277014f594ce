// Infrastructure configurations: where and how build machines run. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/infrastructure.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class InfrastructureFamily final : public api::imagebuilder::Infrastructure {
public:
    explicit InfrastructureFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateInfrastructureConfigurationResponse
    create_infrastructure_configuration(
        const api::CallContext& context,
        const api::imagebuilder::CreateInfrastructureConfigurationRequest& request) override;
    api::imagebuilder::DeleteInfrastructureConfigurationResponse
    delete_infrastructure_configuration(
        const api::CallContext& context,
        const api::imagebuilder::DeleteInfrastructureConfigurationRequest& request) override;
    api::imagebuilder::GetInfrastructureConfigurationResponse get_infrastructure_configuration(
        const api::CallContext& context,
        const api::imagebuilder::GetInfrastructureConfigurationRequest& request) override;
    api::imagebuilder::ListInfrastructureConfigurationsResponse list_infrastructure_configurations(
        const api::CallContext& context,
        const api::imagebuilder::ListInfrastructureConfigurationsRequest& request) override;
    api::imagebuilder::UpdateInfrastructureConfigurationResponse
    update_infrastructure_configuration(
        const api::CallContext& context,
        const api::imagebuilder::UpdateInfrastructureConfigurationRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
