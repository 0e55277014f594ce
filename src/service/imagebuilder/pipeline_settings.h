// The settings of a pipeline: defaults, and the rules beyond single members. The same for create
// and update, whose requests share these members. Throws the API's errors.
#pragma once

#include "api/context.h"
#include "api/generated/imagebuilder/pipelines_types.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

/// `pipeline` holds the settings of a request with defaults filled in. Returns its platform.
api::imagebuilder::Platform check_pipeline(db::Connection& connection,
                                           const api::CallContext& context,
                                           const api::imagebuilder::ImagePipeline& pipeline);

void fill_defaults(api::imagebuilder::ImagePipeline& pipeline);

template <class Request>
api::imagebuilder::ImagePipeline settings_of_request(const Request& request) {
    api::imagebuilder::ImagePipeline pipeline{
        .description = request.description,
        .enhanced_image_metadata_enabled = request.enhanced_image_metadata_enabled,
        .image_recipe_arn = request.image_recipe_arn,
        .container_recipe_arn = request.container_recipe_arn,
        .infrastructure_configuration_arn = request.infrastructure_configuration_arn,
        .distribution_configuration_arn = request.distribution_configuration_arn,
        .image_tests_configuration = request.image_tests_configuration,
        .schedule = request.schedule,
        .status = request.status,
        .image_scanning_configuration = request.image_scanning_configuration,
        .image_tags = request.image_tags,
        .execution_role = request.execution_role,
        .workflows = request.workflows,
        .logging_configuration = request.logging_configuration};
    fill_defaults(pipeline);
    return pipeline;
}

}  // namespace goldsmith::service::imagebuilder
