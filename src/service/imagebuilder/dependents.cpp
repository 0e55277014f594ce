#include "service/imagebuilder/dependents.h"

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/pipelines_json.h"
#include "api/generated/imagebuilder/recipes_json.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"
#include "service/listing.h"
#include "state/images.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

/// Whether deleting `build` leaves `reference` without anything it could stand for.
bool needs(db::Connection& connection, const state::VersionedRows& rows,
           const api::CallContext& context, const std::string& reference, const api::Arn& build) {
    const auto arn = api::Arn::parse(reference);
    if (!arn || !refers_to(*arn, build)) {
        return false;
    }
    const auto version = api::parse_version(build.version).value();
    const auto other = resolve(connection, rows, context, *arn, [&](const auto& row) {
        return row.version.without_build() != version || row.version.build != build.build;
    });
    return !other;
}

template <class Recipe, class Predicate>
bool any_row(db::Connection& connection, const api::CallContext& context,
             const state::VersionedRows& rows, Predicate predicate) {
    bool found = false;
    visit_rows(
        [&](std::int64_t before, int limit) {
            return rows.page_builds(connection, own_scope(context), std::nullopt, before, limit);
        },
        [](const state::VersionedRow& row) { return row.id; },
        [&](const state::VersionedRow& row) {
            found = predicate(from_body<Recipe>(row.body));
            return !found;
        });
    return found;
}

/// Of either kind: the predicate takes both.
template <class Predicate>
bool any_recipe(db::Connection& connection, const api::CallContext& context, Predicate predicate) {
    return any_row<ib::ImageRecipe>(connection, context, state::image_recipes(), predicate) ||
           any_row<ib::ContainerRecipe>(connection, context, state::container_recipes(), predicate);
}

template <class Predicate>
bool any_pipeline(db::Connection& connection, const api::CallContext& context,
                  Predicate predicate) {
    bool found = false;
    visit_rows(
        [&](std::int64_t before, int limit) {
            return state::image_pipelines().page(connection, own_scope(context), before, limit);
        },
        [](const state::NamedRow& row) { return row.id; },
        [&](const state::NamedRow& row) {
            found = predicate(from_body<ib::ImagePipeline>(row.body));
            return !found;
        });
    return found;
}

}  // namespace

void throw_depended_on(std::string_view arn) {
    throw ib::ResourceDependencyException("Resource dependency error: The resource ARN '" +
                                          std::string(arn) +
                                          "' has other resources depended on it.");
}

bool recipe_needs_component(db::Connection& connection, const api::CallContext& context,
                            const api::Arn& component) {
    return any_recipe(connection, context, [&](const auto& recipe) {
        for (const auto& use :
             recipe.components.value_or(std::vector<ib::ComponentConfiguration>{})) {
            if (needs(connection, state::components(), context, use.component_arn, component)) {
                return true;
            }
        }
        return false;
    });
}

bool recipe_needs_image(db::Connection& connection, const api::CallContext& context,
                        const api::Arn& image) {
    return any_recipe(connection, context, [&](const auto& recipe) {
        return needs(connection, state::image_versions(), context, recipe.parent_image.value_or(""),
                     image);
    });
}

bool pipeline_needs_recipe(db::Connection& connection, const api::CallContext& context,
                           const api::Arn& recipe) {
    const auto& rows = recipe.type == api::ResourceType::image_recipe ? state::image_recipes()
                                                                      : state::container_recipes();
    return any_pipeline(connection, context, [&](const ib::ImagePipeline& pipeline) {
        return needs(connection, rows, context, pipeline.image_recipe_arn.value_or(""), recipe) ||
               needs(connection, rows, context, pipeline.container_recipe_arn.value_or(""), recipe);
    });
}

bool pipeline_needs_configuration(db::Connection& connection, const api::CallContext& context,
                                  const api::Arn& configuration) {
    const std::string arn = configuration.text();
    return any_pipeline(connection, context, [&](const ib::ImagePipeline& pipeline) {
        return pipeline.infrastructure_configuration_arn == arn ||
               pipeline.distribution_configuration_arn == arn;
    });
}

bool pipeline_needs_workflow(db::Connection& connection, const api::CallContext& context,
                             const api::Arn& workflow) {
    return any_pipeline(connection, context, [&](const ib::ImagePipeline& pipeline) {
        for (const auto& use :
             pipeline.workflows.value_or(std::vector<ib::WorkflowConfiguration>{})) {
            if (needs(connection, state::workflows(), context, use.workflow_arn, workflow)) {
                return true;
            }
        }
        return false;
    });
}

}  // namespace goldsmith::service::imagebuilder
