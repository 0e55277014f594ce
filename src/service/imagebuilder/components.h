// Components: documents under a name and version, immutable once created. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/components.h"
#include "api/version.h"
#include "service/dependencies.h"
#include "service/imagebuilder/component_document.h"

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

/// What a request to create a component says by itself.
struct NewComponent {
    api::Version version{};
    ComponentContent content{};
    std::string digest{};  // of what makes a build differ from another
};

/// CreateComponent in two parts: what needs no database, and what a transaction that somebody has
/// begun does with it.
NewComponent prepare_component(const Dependencies& dependencies,
                               const api::imagebuilder::CreateComponentRequest& request);
api::imagebuilder::CreateComponentResponse insert_component(
    const Dependencies& dependencies, db::Connection& connection, const api::CallContext& context,
    const api::imagebuilder::CreateComponentRequest& request, const NewComponent& prepared);

}  // namespace goldsmith::service::imagebuilder
