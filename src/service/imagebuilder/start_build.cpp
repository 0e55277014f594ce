#include "service/imagebuilder/start_build.h"

#include "api/generated/imagebuilder/distributions_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "api/generated/imagebuilder/infrastructure_json.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "service/body.h"
#include "service/imagebuilder/build_plan.h"
#include "service/imagebuilder/new_image.h"
#include "service/imagebuilder/references.h"
#include "state/executions.h"
#include "state/images.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr std::string_view managed_log_groups = "/aws/imagebuilder/";

template <class Configuration>
Configuration require_configuration(db::Connection& connection, const api::CallContext& context,
                                    const state::NamedRows& rows, std::string_view parameter,
                                    const std::string& text, api::ResourceType type) {
    const auto row = find_named(connection, rows, context, parse_arn(parameter, text, type));
    if (!row) {
        throw_not_found(text);
    }
    auto configuration = from_body<Configuration>(row->body);
    configuration.tags = state::tags_of(connection, configuration.arn.value());
    return configuration;
}

ib::ImageRecipe require_recipe(db::Connection& connection, const api::CallContext& context,
                               const std::string& text) {
    const auto row = resolve(connection, state::image_recipes(), context,
                             parse_arn("imageRecipeArn", text, api::ResourceType::image_recipe));
    if (!row) {
        throw_not_found(text);
    }
    auto recipe = from_body<ib::ImageRecipe>(row->body);
    recipe.tags = state::tags_of(connection, recipe.arn.value());
    return recipe;
}

[[noreturn]] void refuse_container(db::Connection& connection, const api::CallContext& context,
                                   const std::string& text) {
    const auto arn = parse_arn("containerRecipeArn", text, api::ResourceType::container_recipe);
    if (!resolve(connection, state::container_recipes(), context, arn)) {
        throw_not_found(text);
    }
    throw ib::InvalidRequestException("The container recipe '" + text +
                                      "' cannot be built: this server does not build container "
                                      "images yet. Use an image recipe.");
}

/// Resolves the recipe's references, so that later versions change nothing about this image.
void freeze_recipe(const Dependencies& dependencies, db::Connection& connection,
                   const api::CallContext& context, ib::ImageRecipe& recipe, FrozenBuild& build) {
    build.parent = resolve_parent(dependencies, connection, context, recipe.parent_image.value(),
                                  ParentUse::build);
    recipe.parent_image = build.parent.reference;
    if (recipe.components) {
        build.components =
            resolve_components(connection, context, *recipe.components, build.parent);
        for (std::size_t i = 0; i < build.components.size(); ++i) {
            (*recipe.components)[i].component_arn = build.components[i].component.arn.value();
        }
    }
}

std::string log_group_of(const BuildOrder& order, const ib::ImageRecipe& recipe) {
    const auto& logging = order.request.logging_configuration;
    return logging && logging->log_group_name
               ? *logging->log_group_name
               : std::string(managed_log_groups) + in_log_group(*recipe.name);
}

ib::Image image_of(db::Connection& connection, const api::CallContext& context,
                   const BuildOrder& order, ib::ImageRecipe recipe) {
    const ib::CreateImageRequest& request = order.request;
    ib::Image image{.type = ib::ImageType::ami,
                    .name = recipe.name,
                    .platform = recipe.platform,
                    .enhanced_image_metadata_enabled = request.enhanced_image_metadata_enabled,
                    .source_pipeline_arn = order.pipeline_arn,
                    .image_tests_configuration = request.image_tests_configuration,
                    .date_created = context.now,
                    .build_type = order.build_type,
                    .image_scanning_configuration = request.image_scanning_configuration,
                    .execution_role = request.execution_role,
                    .workflows = request.workflows};
    image.image_recipe = std::move(recipe);
    image.infrastructure_configuration = require_configuration<ib::InfrastructureConfiguration>(
        connection, context, state::infrastructure_configurations(),
        "infrastructureConfigurationArn", request.infrastructure_configuration_arn,
        api::ResourceType::infrastructure_configuration);
    if (request.distribution_configuration_arn) {
        image.distribution_configuration =
            require_distribution(connection, context, *request.distribution_configuration_arn);
    }
    return image;
}

}  // namespace

ib::CreateImageRequest with_build_defaults(ib::CreateImageRequest request) {
    ib::ImageTestsConfiguration tests =
        request.image_tests_configuration.value_or(ib::ImageTestsConfiguration{});
    tests.image_tests_enabled = tests.image_tests_enabled.value_or(true);
    tests.timeout_minutes = tests.timeout_minutes.value_or(720);
    request.image_tests_configuration = tests;
    request.enhanced_image_metadata_enabled =
        request.enhanced_image_metadata_enabled.value_or(true);
    return request;
}

void require_one_recipe(const std::optional<std::string>& image_recipe_arn,
                        const std::optional<std::string>& container_recipe_arn) {
    if (image_recipe_arn.has_value() == container_recipe_arn.has_value()) {
        throw ib::InvalidRequestException(
            "Exactly one of the parameters 'imageRecipeArn' and 'containerRecipeArn' must be "
            "given.");
    }
}

void require_role_if_needed(bool workflows_given, const std::optional<std::string>& log_group,
                            const std::optional<std::string>& execution_role) {
    if (execution_role) {
        return;
    }
    if (workflows_given) {
        throw ib::InvalidRequestException(
            "The parameter 'executionRole' must be given with 'workflows'.");
    }
    if (log_group && !log_group->starts_with(managed_log_groups)) {
        throw ib::InvalidRequestException(
            "The parameter 'executionRole' must be given with a log group outside '" +
            std::string(managed_log_groups) + "'.");
    }
}

ib::DistributionConfiguration require_distribution(db::Connection& connection,
                                                   const api::CallContext& context,
                                                   const std::string& arn) {
    return require_configuration<ib::DistributionConfiguration>(
        connection, context, state::distribution_configurations(), "distributionConfigurationArn",
        arn, api::ResourceType::distribution_configuration);
}

StartedBuild start_build(const Dependencies& dependencies, db::Transaction& transaction,
                         const api::CallContext& context, const BuildOrder& order) {
    const ib::CreateImageRequest& request = order.request;
    const auto& logging = request.logging_configuration;
    require_role_if_needed(request.workflows && !request.workflows->empty(),
                           logging ? logging->log_group_name : std::nullopt,
                           request.execution_role);
    FrozenBuild build;
    require_one_recipe(request.image_recipe_arn, request.container_recipe_arn);
    if (request.container_recipe_arn) {
        refuse_container(transaction, context, *request.container_recipe_arn);
    }
    ib::ImageRecipe recipe = require_recipe(transaction, context, *request.image_recipe_arn);
    freeze_recipe(dependencies, transaction, context, recipe, build);
    build.log_group = log_group_of(order, recipe);
    build.image = image_of(transaction, context, order, std::move(recipe));
    build.image.image_source = build.parent.source;
    build.arn = insert_new_image(transaction, context, build.image,
                                 {.semantic_version = build.image.image_recipe->version.value(),
                                  .recipe_arn = build.image.image_recipe->arn,
                                  .pipeline_arn = order.pipeline_arn,
                                  .log_group = build.log_group});
    build.log_stream = version_and_build(build.arn);
    build.image.tags = request.tags.value_or(std::map<std::string, std::string>{});
    state::put_tags(transaction, build.arn.text(), *build.image.tags);
    const workflow::Plan plan = make_plan(transaction, context, dependencies.random, build);
    state::create_execution(transaction, workflow::new_execution(plan, context.now));
    return {.image = build.arn, .execution_id = plan.execution_id};
}

}  // namespace goldsmith::service::imagebuilder
