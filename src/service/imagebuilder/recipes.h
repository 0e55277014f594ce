// Image recipes: a parent image and the components that are applied to it, immutable once created.
// Container recipes are not implemented yet and stay refused by the generated defaults.
// Thread-safe.
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

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
