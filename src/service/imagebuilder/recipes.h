// Recipes: a parent image and the components that are applied to it, immutable once created. Image
// recipes make AMIs. Container recipes are kept whole and checked, and can be named by pipelines;
// building from them is refused where a build would start. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/recipes.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class RecipeFamily final : public api::imagebuilder::Recipes {
public:
    explicit RecipeFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateImageRecipeResponse create_image_recipe(
        const api::CallContext& context,
        const api::imagebuilder::CreateImageRecipeRequest& request) override;
    api::imagebuilder::DeleteImageRecipeResponse delete_image_recipe(
        const api::CallContext& context,
        const api::imagebuilder::DeleteImageRecipeRequest& request) override;
    api::imagebuilder::GetImageRecipeResponse get_image_recipe(
        const api::CallContext& context,
        const api::imagebuilder::GetImageRecipeRequest& request) override;
    api::imagebuilder::ListImageRecipesResponse list_image_recipes(
        const api::CallContext& context,
        const api::imagebuilder::ListImageRecipesRequest& request) override;

    // container_recipes.cpp
    api::imagebuilder::CreateContainerRecipeResponse create_container_recipe(
        const api::CallContext& context,
        const api::imagebuilder::CreateContainerRecipeRequest& request) override;
    api::imagebuilder::DeleteContainerRecipeResponse delete_container_recipe(
        const api::CallContext& context,
        const api::imagebuilder::DeleteContainerRecipeRequest& request) override;
    api::imagebuilder::GetContainerRecipeResponse get_container_recipe(
        const api::CallContext& context,
        const api::imagebuilder::GetContainerRecipeRequest& request) override;
    api::imagebuilder::ListContainerRecipesResponse list_container_recipes(
        const api::CallContext& context,
        const api::imagebuilder::ListContainerRecipesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
