// Resource policies: Put and Get of the text that shares a component, an image or a recipe with
// other accounts. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/policies.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class PolicyFamily final : public api::imagebuilder::Policies {
public:
    explicit PolicyFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::GetComponentPolicyResponse get_component_policy(
        const api::CallContext& context,
        const api::imagebuilder::GetComponentPolicyRequest& request) override;
    api::imagebuilder::GetContainerRecipePolicyResponse get_container_recipe_policy(
        const api::CallContext& context,
        const api::imagebuilder::GetContainerRecipePolicyRequest& request) override;
    api::imagebuilder::GetImagePolicyResponse get_image_policy(
        const api::CallContext& context,
        const api::imagebuilder::GetImagePolicyRequest& request) override;
    api::imagebuilder::GetImageRecipePolicyResponse get_image_recipe_policy(
        const api::CallContext& context,
        const api::imagebuilder::GetImageRecipePolicyRequest& request) override;
    api::imagebuilder::PutComponentPolicyResponse put_component_policy(
        const api::CallContext& context,
        const api::imagebuilder::PutComponentPolicyRequest& request) override;
    api::imagebuilder::PutContainerRecipePolicyResponse put_container_recipe_policy(
        const api::CallContext& context,
        const api::imagebuilder::PutContainerRecipePolicyRequest& request) override;
    api::imagebuilder::PutImagePolicyResponse put_image_policy(
        const api::CallContext& context,
        const api::imagebuilder::PutImagePolicyRequest& request) override;
    api::imagebuilder::PutImageRecipePolicyResponse put_image_recipe_policy(
        const api::CallContext& context,
        const api::imagebuilder::PutImageRecipePolicyRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
