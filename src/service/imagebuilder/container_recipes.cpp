// The operations of RecipeFamily over container recipes.
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "api/list_filters.h"
#include "service/body.h"
#include "service/imagebuilder/dockerfile_template.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/recipe_components.h"
#include "service/imagebuilder/recipe_deletion.h"
#include "service/imagebuilder/recipe_versions.h"
#include "service/imagebuilder/recipes.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/shared_lists.h"
#include "service/imagebuilder/sharing.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"containerType"}, {"name"}, {"parentImage"}, {"platform"}};

const std::string& require_template(const ib::CreateContainerRecipeRequest& request) {
    if (request.dockerfile_template_data.has_value() ==
        request.dockerfile_template_uri.has_value()) {
        throw ib::InvalidParameterCombinationException(
            "Exactly one of the parameters 'dockerfileTemplateData' and 'dockerfileTemplateUri' "
            "must be given.");
    }
    if (request.dockerfile_template_uri) {
        throw ib::InvalidRequestException(
            "The value supplied for parameter 'dockerfileTemplateUri' is not valid. '" +
            *request.dockerfile_template_uri +
            "' cannot be read: there is no S3 here yet. Pass the template in "
            "'dockerfileTemplateData'.");
    }
    check_dockerfile_template(*request.dockerfile_template_data, request.components.has_value());
    return *request.dockerfile_template_data;
}

/// The parent is a reference to a registry, which nobody looks up before a build, or one of our
/// container images.
ParentImage parent_of(db::Connection& connection, const api::CallContext& context,
                      const ib::CreateContainerRecipeRequest& request) {
    ParentImage parent{.reference = request.parent_image,
                       .os_version = request.image_os_version_override.value_or(""),
                       .platform = request.platform_override.value_or(ib::Platform::linux_)};
    if (!request.parent_image.starts_with("arn:")) {
        return parent;
    }
    if (request.image_os_version_override) {
        throw ib::InvalidParameterCombinationException(
            "'imageOsVersionOverride' is only for a 'parentImage' in a registry.");
    }
    const api::Arn arn = parse_arn("parentImage", request.parent_image, api::ResourceType::image);
    const auto row = resolve(connection, state::image_versions(), context, arn);
    if (!row) {
        throw_not_found(request.parent_image);
    }
    const auto image = from_body<ib::Image>(row->body);
    if (image.type != ib::ImageType::docker) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter 'parentImage' is not valid. '" +
            request.parent_image + "' is an AMI: a container recipe needs a container image.");
    }
    parent.platform = image.platform.value_or(ib::Platform::linux_);
    return parent;
}

ib::ContainerRecipe recipe_of(const ib::CreateContainerRecipeRequest& request, const api::Arn& arn,
                              ib::Platform platform, base::Time now) {
    return {.arn = arn.text(),
            .container_type = request.container_type,
            .name = request.name,
            .description = request.description,
            .platform = platform,
            .owner = owner_name(arn.owner),
            .version = arn.version,
            .components = request.components,
            .instance_configuration = request.instance_configuration,
            .dockerfile_template_data = request.dockerfile_template_data,
            .kms_key_id = request.kms_key_id,
            .encrypted = true,
            .parent_image = request.parent_image,
            .date_created = now,
            .working_directory = request.working_directory,
            .target_repository = request.target_repository};
}

ib::CreateContainerRecipeResponse create(const Dependencies& dependencies,
                                         db::Connection& connection,
                                         const api::CallContext& context,
                                         const ib::CreateContainerRecipeRequest& request) {
    const auto& rows = state::container_recipes();
    state::VersionedRow row{.scope = own_scope(context),
                            .slug = api::slug_of(request.name),
                            .created_ms = to_ms(context.now)};
    row.version = next_version(connection, rows, row.scope, row.slug, request.semantic_version);
    const api::Arn arn =
        api::make_arn(api::ResourceType::container_recipe, context.region, context.account,
                      request.name, spelt_version(request.semantic_version, row.version));
    if (rows.find(connection, row.scope, row.slug, row.version)) {
        throw ib::ResourceAlreadyExistsException("The container recipe '" + arn.text() +
                                                 "' already exists.");
    }
    require_quota(rows.count_versions(connection, row.scope), dependencies.quotas.container_recipes,
                  "container recipes");
    require_template(request);
    const ParentImage parent = parent_of(connection, context, request);
    const auto components = request.components.value_or(std::vector<ib::ComponentConfiguration>{});
    require_component_quota(dependencies, components.size());
    resolve_components(connection, context, components, parent);
    row.body = to_body(recipe_of(request, arn, parent.platform, context.now));
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token,
            .container_recipe_arn = arn.text(),
            .latest_version_references = latest_references(arn)};
}

std::vector<std::string> filter_values(const ib::ContainerRecipe& recipe, std::string_view name) {
    if (name == "name") {
        return {recipe.name.value()};
    }
    if (name == "parentImage") {
        return {recipe.parent_image.value()};
    }
    return {std::string(name == "platform" ? to_string(recipe.platform.value())
                                           : to_string(recipe.container_type.value()))};
}

ib::ContainerRecipeSummary summary_of(db::Connection& connection,
                                      const ib::ContainerRecipe& recipe) {
    ib::ContainerRecipeSummary summary{.arn = recipe.arn,
                                       .container_type = recipe.container_type,
                                       .name = recipe.name,
                                       .platform = recipe.platform,
                                       .owner = recipe.owner,
                                       .parent_image = recipe.parent_image,
                                       .date_created = recipe.date_created,
                                       .tags = state::tags_of(connection, recipe.arn.value())};
    if (recipe.instance_configuration) {
        summary.instance_image = recipe.instance_configuration->image;
    }
    return summary;
}

}  // namespace

ib::CreateContainerRecipeResponse RecipeFamily::create_container_recipe(
    const api::CallContext& context, const ib::CreateContainerRecipeRequest& request) {
    return once(dependencies_.database, context, "CreateContainerRecipe", request,
                [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::DeleteContainerRecipeResponse RecipeFamily::delete_container_recipe(
    const api::CallContext& context, const ib::DeleteContainerRecipeRequest& request) {
    const std::string& text = request.container_recipe_arn;
    delete_recipe(dependencies_.database, context, "containerRecipeArn", text,
                  api::ResourceType::container_recipe);
    return {.container_recipe_arn = text};
}

ib::GetContainerRecipeResponse RecipeFamily::get_container_recipe(
    const api::CallContext& context, const ib::GetContainerRecipeRequest& request) {
    const api::Arn arn = parse_arn("containerRecipeArn", request.container_recipe_arn,
                                   api::ResourceType::container_recipe);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = resolve(connection, state::container_recipes(), context, arn);
        if (!row) {
            throw_not_found(request.container_recipe_arn);
        }
        auto recipe = from_body<ib::ContainerRecipe>(row->body);
        recipe.tags = state::tags_of(connection, recipe.arn.value());
        return ib::GetContainerRecipeResponse{
            .container_recipe = recipe,
            .latest_version_references = latest_references(arn_of(*row))};
    });
}

ib::ListContainerRecipesResponse RecipeFamily::list_container_recipes(
    const api::CallContext& context, const ib::ListContainerRecipesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    const auto scope = scope_of_owner(context, request.owner);
    const auto& rows = state::container_recipes();
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return scope ? rows.page_builds(connection, *scope, std::nullopt, before, limit)
                         : std::vector<state::VersionedRow>{};
        };
        const auto keep = [&](const state::VersionedRow& row) {
            const auto recipe = from_body<ib::ContainerRecipe>(row.body);
            return filters.matches(
                [&](std::string_view name) { return filter_values(recipe, name); });
        };
        auto page =
            request.owner == ib::Ownership::shared
                ? shared_page(connection, dependencies_.page_tokens, context,
                              "ListContainerRecipes", request, rows,
                              api::ResourceType::container_recipe, SharedItems::builds, keep)
                : list_page(dependencies_.page_tokens, context, "ListContainerRecipes", request,
                            fetch, row_id, keep);
        std::vector<ib::ContainerRecipeSummary> items;
        for (const auto& row : page.items) {
            items.push_back(summary_of(connection, from_body<ib::ContainerRecipe>(row.body)));
        }
        return ib::ListContainerRecipesResponse{.container_recipe_summary_list = std::move(items),
                                                .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
