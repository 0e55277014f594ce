// Components: documents under a name and version, immutable once created. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/components.h"
#include "service/dependencies.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

class ComponentFamily final : public api::imagebuilder::Components {
public:
    explicit ComponentFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateComponentResponse create_component(
        const api::CallContext& context,
        const api::imagebuilder::CreateComponentRequest& request) override;
    api::imagebuilder::DeleteComponentResponse delete_component(
        const api::CallContext& context,
        const api::imagebuilder::DeleteComponentRequest& request) override;
    api::imagebuilder::GetComponentResponse get_component(
        const api::CallContext& context,
        const api::imagebuilder::GetComponentRequest& request) override;
    api::imagebuilder::ListComponentBuildVersionsResponse list_component_build_versions(
        const api::CallContext& context,
        const api::imagebuilder::ListComponentBuildVersionsRequest& request) override;
    api::imagebuilder::ListComponentsResponse list_components(
        const api::CallContext& context,
        const api::imagebuilder::ListComponentsRequest& request) override;

    // component_imports.cpp
    api::imagebuilder::ImportComponentResponse import_component(
        const api::CallContext& context,
        const api::imagebuilder::ImportComponentRequest& request) override;
    api::imagebuilder::GetMarketplaceResourceResponse get_marketplace_resource(
        const api::CallContext& context,
        const api::imagebuilder::GetMarketplaceResourceRequest& request) override;

private:
    const Dependencies& dependencies_;
};

/// CreateComponent inside a transaction that somebody else has begun.
api::imagebuilder::CreateComponentResponse create_in(
    const Dependencies& dependencies, db::Connection& connection, const api::CallContext& context,
    const api::imagebuilder::CreateComponentRequest& request);

}  // namespace goldsmith::service::imagebuilder
