#include "service/imagebuilder/pipeline_settings.h"

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "service/body.h"
#include "service/imagebuilder/build_plan.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/schedule.h"
#include "service/imagebuilder/start_build.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

ib::Platform recipe_platform(db::Connection& connection, const api::CallContext& context,
                             const ib::ImagePipeline& pipeline) {
    const bool container = pipeline.container_recipe_arn.has_value();
    const std::string& text =
        container ? *pipeline.container_recipe_arn : pipeline.image_recipe_arn.value();
    const auto arn =
        container ? parse_arn("containerRecipeArn", text, api::ResourceType::container_recipe)
                  : parse_arn("imageRecipeArn", text, api::ResourceType::image_recipe);
    const auto row = resolve(
        connection, container ? state::container_recipes() : state::image_recipes(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return container ? from_body<ib::ContainerRecipe>(row->body).platform.value()
                     : from_body<ib::ImageRecipe>(row->body).platform.value();
}

void require_configurations(db::Connection& connection, const api::CallContext& context,
                            const ib::ImagePipeline& pipeline) {
    const std::string& infrastructure = pipeline.infrastructure_configuration_arn.value();
    if (!find_named(connection, state::infrastructure_configurations(), context,
                    parse_arn("infrastructureConfigurationArn", infrastructure,
                              api::ResourceType::infrastructure_configuration))) {
        throw_not_found(infrastructure);
    }
    if (pipeline.distribution_configuration_arn) {
        const std::string& distribution = *pipeline.distribution_configuration_arn;
        if (!find_named(connection, state::distribution_configurations(), context,
                        parse_arn("distributionConfigurationArn", distribution,
                                  api::ResourceType::distribution_configuration))) {
            throw_not_found(distribution);
        }
    }
}

}  // namespace

void fill_defaults(ib::ImagePipeline& pipeline) {
    ib::ImageTestsConfiguration tests =
        pipeline.image_tests_configuration.value_or(ib::ImageTestsConfiguration{});
    tests.image_tests_enabled = tests.image_tests_enabled.value_or(true);
    tests.timeout_minutes = tests.timeout_minutes.value_or(720);
    pipeline.image_tests_configuration = tests;
    pipeline.enhanced_image_metadata_enabled =
        pipeline.enhanced_image_metadata_enabled.value_or(true);
    pipeline.status = pipeline.status.value_or(ib::PipelineStatus::enabled);
    if (pipeline.schedule) {
        auto& schedule = *pipeline.schedule;
        schedule.pipeline_execution_start_condition =
            schedule.pipeline_execution_start_condition.value_or(
                ib::PipelineExecutionStartCondition::
                    expression_match_and_dependency_updates_available);
    }
}

ib::Platform check_pipeline(db::Connection& connection, const api::CallContext& context,
                            const ib::ImagePipeline& pipeline) {
    require_one_recipe(pipeline.image_recipe_arn, pipeline.container_recipe_arn);
    const ib::Platform platform = recipe_platform(connection, context, pipeline);
    require_configurations(connection, context, pipeline);
    const auto& logging = pipeline.logging_configuration;
    require_role_if_needed(pipeline.workflows && !pipeline.workflows->empty(),
                           logging ? logging->image_log_group_name : std::nullopt,
                           pipeline.execution_role);
    check_workflows(connection, context, pipeline.workflows);
    if (pipeline.schedule && pipeline.schedule->schedule_expression) {
        Schedule::parse(*pipeline.schedule->schedule_expression,
                        pipeline.schedule->timezone.value_or("UTC"));
    }
    return platform;
}

}  // namespace goldsmith::service::imagebuilder
