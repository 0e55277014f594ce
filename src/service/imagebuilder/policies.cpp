#include "service/imagebuilder/policies.h"

#include "api/generated/imagebuilder/errors.h"
#include "db/database.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/sharing.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "state/resource_policies.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

const state::VersionedRows& rows_of(api::ResourceType type) {
    switch (type) {
        case api::ResourceType::component:
            return state::components();
        case api::ResourceType::image_recipe:
            return state::image_recipes();
        case api::ResourceType::container_recipe:
            return state::container_recipes();
        case api::ResourceType::image:
        case api::ResourceType::infrastructure_configuration:
        case api::ResourceType::distribution_configuration:
        case api::ResourceType::image_pipeline:
        case api::ResourceType::workflow:
        case api::ResourceType::lifecycle_policy:
            break;
    }
    return state::image_versions();
}

/// The caller's own resource, named exactly.
api::Arn require_resource(db::Connection& connection, const api::CallContext& context,
                          std::string_view parameter, const std::string& text,
                          api::ResourceType type) {
    const api::Arn arn = parse_arn(parameter, text, type);
    require_own(arn);
    const auto row =
        arn.is_wildcard() ? std::nullopt : resolve_own(connection, rows_of(type), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return arn_of(*row);
}

std::string get(const Dependencies& dependencies, const api::CallContext& context,
                std::string_view parameter, const std::string& text, api::ResourceType type) {
    return dependencies.database.read([&](db::Connection& connection) {
        const auto arn = require_resource(connection, context, parameter, text, type);
        const auto row = state::find_resource_policy(connection, arn.text());
        if (!row) {
            throw ib::ResourceNotFoundException("The resource with ARN '" + text +
                                                "' has no policy.");
        }
        return row->policy;
    });
}

void put(const Dependencies& dependencies, const api::CallContext& context,
         std::string_view parameter, const std::string& text, api::ResourceType type,
         const std::string& policy) {
    dependencies.database.write([&](db::Transaction& transaction) {
        const auto arn = require_resource(transaction, context, parameter, text, type);
        check_resource_policy(policy, arn.text());
        state::put_resource_policy(transaction, {.arn = arn.text(),
                                                 .scope = own_scope(context),
                                                 .type = std::string(api::to_string(type)),
                                                 .policy = policy,
                                                 .updated_ms = to_ms(context.now)});
    });
}

}  // namespace

ib::GetComponentPolicyResponse PolicyFamily::get_component_policy(
    const api::CallContext& context, const ib::GetComponentPolicyRequest& request) {
    return {.policy = get(dependencies_, context, "componentArn", request.component_arn,
                          api::ResourceType::component)};
}

ib::GetContainerRecipePolicyResponse PolicyFamily::get_container_recipe_policy(
    const api::CallContext& context, const ib::GetContainerRecipePolicyRequest& request) {
    return {.policy = get(dependencies_, context, "containerRecipeArn",
                          request.container_recipe_arn, api::ResourceType::container_recipe)};
}

ib::GetImagePolicyResponse PolicyFamily::get_image_policy(
    const api::CallContext& context, const ib::GetImagePolicyRequest& request) {
    return {.policy = get(dependencies_, context, "imageArn", request.image_arn,
                          api::ResourceType::image)};
}

ib::GetImageRecipePolicyResponse PolicyFamily::get_image_recipe_policy(
    const api::CallContext& context, const ib::GetImageRecipePolicyRequest& request) {
    return {.policy = get(dependencies_, context, "imageRecipeArn", request.image_recipe_arn,
                          api::ResourceType::image_recipe)};
}

ib::PutComponentPolicyResponse PolicyFamily::put_component_policy(
    const api::CallContext& context, const ib::PutComponentPolicyRequest& request) {
    put(dependencies_, context, "componentArn", request.component_arn, api::ResourceType::component,
        request.policy);
    return {.component_arn = request.component_arn};
}

ib::PutContainerRecipePolicyResponse PolicyFamily::put_container_recipe_policy(
    const api::CallContext& context, const ib::PutContainerRecipePolicyRequest& request) {
    put(dependencies_, context, "containerRecipeArn", request.container_recipe_arn,
        api::ResourceType::container_recipe, request.policy);
    return {.container_recipe_arn = request.container_recipe_arn};
}

ib::PutImagePolicyResponse PolicyFamily::put_image_policy(
    const api::CallContext& context, const ib::PutImagePolicyRequest& request) {
    put(dependencies_, context, "imageArn", request.image_arn, api::ResourceType::image,
        request.policy);
    return {.image_arn = request.image_arn};
}

ib::PutImageRecipePolicyResponse PolicyFamily::put_image_recipe_policy(
    const api::CallContext& context, const ib::PutImageRecipePolicyRequest& request) {
    put(dependencies_, context, "imageRecipeArn", request.image_recipe_arn,
        api::ResourceType::image_recipe, request.policy);
    return {.image_recipe_arn = request.image_recipe_arn};
}

}  // namespace goldsmith::service::imagebuilder
