#include "service/imagebuilder/recipes.h"

#include <algorithm>
#include <set>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "api/list_filters.h"
#include "service/body.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/parent_image.h"
#include "service/imagebuilder/recipe_components.h"
#include "service/imagebuilder/recipe_deletion.h"
#include "service/imagebuilder/recipe_versions.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/shared_lists.h"
#include "service/imagebuilder/sharing.h"
#include "service/milliseconds.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {{"name"}, {"parentImage"}, {"platform"}};

void check_devices(const std::vector<ib::InstanceBlockDeviceMapping>& devices) {
    std::set<std::string> names;
    for (const auto& device : devices) {
        if (device.device_name && !names.insert(*device.device_name).second) {
            throw ib::InvalidParameterCombinationException(
                "The device '" + *device.device_name +
                "' appears more than once in 'blockDeviceMappings'.");
        }
        if (device.ebs && device.ebs->throughput &&
            device.ebs->volume_type != ib::EbsVolumeType::gp3) {
            throw ib::InvalidParameterCombinationException(
                "'blockDeviceMappings[].ebs.throughput' is only for volumes of type gp3.");
        }
    }
}

void check_watermarks(const std::vector<std::string>& marks) {
    std::set<std::string> seen;
    for (const std::string& mark : marks) {
        const bool padded = !mark.empty() && (mark.front() == ' ' || mark.back() == ' ');
        if (padded || !seen.insert(mark).second) {
            throw ib::InvalidParameterValueException(
                "The value supplied for parameter 'amiWatermarks' is not valid. '" + mark +
                (padded ? "' begins or ends with a blank." : "' appears more than once."));
        }
    }
}

void check_additional(const std::optional<ib::AdditionalInstanceConfiguration>& additional,
                      ib::Platform platform) {
    if (additional && additional->systems_manager_agent && platform == ib::Platform::windows) {
        throw ib::InvalidParameterCombinationException(
            "'additionalInstanceConfiguration.systemsManagerAgent' is not for Windows images.");
    }
}

/// Everything that can be wrong with a recipe beyond its single members. Returns its platform.
ib::Platform check(const Dependencies& dependencies, db::Connection& connection,
                   const api::CallContext& context, const ib::CreateImageRecipeRequest& request) {
    const ParentImage parent =
        resolve_parent(dependencies, connection, context, request.parent_image, ParentUse::recipe);
    const auto components = request.components.value_or(std::vector<ib::ComponentConfiguration>{});
    require_component_quota(dependencies, components.size());
    resolve_components(connection, context, components, parent);
    check_devices(
        request.block_device_mappings.value_or(std::vector<ib::InstanceBlockDeviceMapping>{}));
    check_watermarks(request.ami_watermarks.value_or(std::vector<std::string>{}));
    check_additional(request.additional_instance_configuration, parent.platform);
    return parent.platform;
}

ib::ImageRecipe recipe_of(const ib::CreateImageRecipeRequest& request, const api::Arn& arn,
                          ib::Platform platform, base::Time now) {
    return {.arn = arn.text(),
            .type = ib::ImageType::ami,
            .name = request.name,
            .description = request.description,
            .platform = platform,
            .owner = owner_name(arn.owner),
            .version = arn.version,
            .components = request.components,
            .parent_image = request.parent_image,
            .block_device_mappings = request.block_device_mappings,
            .date_created = now,
            .working_directory = request.working_directory,
            .additional_instance_configuration = request.additional_instance_configuration,
            .ami_tags = request.ami_tags,
            .ami_watermarks = request.ami_watermarks};
}

ib::CreateImageRecipeResponse create(const Dependencies& dependencies, db::Connection& connection,
                                     const api::CallContext& context,
                                     const ib::CreateImageRecipeRequest& request) {
    const auto& rows = state::image_recipes();
    state::VersionedRow row{.scope = own_scope(context),
                            .slug = api::slug_of(request.name),
                            .created_ms = to_ms(context.now)};
    row.version = next_version(connection, rows, row.scope, row.slug, request.semantic_version);
    const api::Arn arn =
        api::make_arn(api::ResourceType::image_recipe, context.region, context.account,
                      request.name, spelt_version(request.semantic_version, row.version));
    if (rows.find(connection, row.scope, row.slug, row.version)) {
        throw ib::ResourceAlreadyExistsException("The image recipe '" + arn.text() +
                                                 "' already exists.");
    }
    require_quota(rows.count_versions(connection, row.scope), dependencies.quotas.image_recipes,
                  "image recipes");
    const ib::Platform platform = check(dependencies, connection, context, request);
    row.body = to_body(recipe_of(request, arn, platform, context.now));
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token,
            .image_recipe_arn = arn.text(),
            .latest_version_references = latest_references(arn)};
}

std::vector<std::string> filter_values(const ib::ImageRecipe& recipe, std::string_view name) {
    if (name == "name") {
        return {recipe.name.value()};
    }
    return {name == "parentImage" ? recipe.parent_image.value()
                                  : std::string(to_string(recipe.platform.value()))};
}

ib::ImageRecipeSummary summary_of(db::Connection& connection, const ib::ImageRecipe& recipe) {
    return {.arn = recipe.arn,
            .name = recipe.name,
            .platform = recipe.platform,
            .owner = recipe.owner,
            .parent_image = recipe.parent_image,
            .date_created = recipe.date_created,
            .tags = state::tags_of(connection, recipe.arn.value())};
}

}  // namespace

ib::CreateImageRecipeResponse RecipeFamily::create_image_recipe(
    const api::CallContext& context, const ib::CreateImageRecipeRequest& request) {
    return once(dependencies_.database, context, "CreateImageRecipe", request,
                [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::DeleteImageRecipeResponse RecipeFamily::delete_image_recipe(
    const api::CallContext& context, const ib::DeleteImageRecipeRequest& request) {
    const std::string& text = request.image_recipe_arn;
    delete_recipe(dependencies_.database, context, "imageRecipeArn", text,
                  api::ResourceType::image_recipe);
    return {.image_recipe_arn = text};
}

ib::GetImageRecipeResponse RecipeFamily::get_image_recipe(
    const api::CallContext& context, const ib::GetImageRecipeRequest& request) {
    const api::Arn arn =
        parse_arn("imageRecipeArn", request.image_recipe_arn, api::ResourceType::image_recipe);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = resolve(connection, state::image_recipes(), context, arn);
        if (!row) {
            throw_not_found(request.image_recipe_arn);
        }
        auto recipe = from_body<ib::ImageRecipe>(row->body);
        recipe.tags = state::tags_of(connection, recipe.arn.value());
        return ib::GetImageRecipeResponse{.image_recipe = recipe,
                                          .latest_version_references = latest_references(
                                              api::Arn::parse(recipe.arn.value()).value())};
    });
}

ib::ListImageRecipesResponse RecipeFamily::list_image_recipes(
    const api::CallContext& context, const ib::ListImageRecipesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    const auto scope = scope_of_owner(context, request.owner);
    const bool shared = request.owner == ib::Ownership::shared;
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return scope ? state::image_recipes().page_builds(connection, *scope, std::nullopt,
                                                              before, limit)
                         : std::vector<state::VersionedRow>{};
        };
        const auto keep = [&](const state::VersionedRow& row) {
            const auto recipe = from_body<ib::ImageRecipe>(row.body);
            return filters.matches(
                [&](std::string_view name) { return filter_values(recipe, name); });
        };
        auto page = shared ? shared_page(connection, dependencies_.page_tokens, context,
                                         "ListImageRecipes", request, state::image_recipes(),
                                         api::ResourceType::image_recipe, SharedItems::builds, keep)
                           : list_page(dependencies_.page_tokens, context, "ListImageRecipes",
                                       request, fetch, row_id, keep);
        std::vector<ib::ImageRecipeSummary> items;
        for (const auto& row : page.items) {
            items.push_back(summary_of(connection, from_body<ib::ImageRecipe>(row.body)));
        }
        return ib::ListImageRecipesResponse{.image_recipe_summary_list = std::move(items),
                                            .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
