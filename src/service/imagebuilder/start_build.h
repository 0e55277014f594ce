// Starting a build: resolves and freezes everything that an image is made of, then writes the image
// row and the execution that builds it. Used by CreateImage and by pipeline runs, inside their
// transactions; the caller notifies the engine after the commit. Throws the API's errors.
#pragma once

#include <optional>
#include <string>

#include "api/arn.h"
#include "api/context.h"
#include "api/generated/imagebuilder/images_types.h"
#include "service/dependencies.h"

namespace goldsmith::db {
class Connection;
class Transaction;
}  // namespace goldsmith::db

namespace goldsmith::service::imagebuilder {

struct BuildOrder {
    api::imagebuilder::CreateImageRequest request{};  // defaults filled in: with_build_defaults()
    api::imagebuilder::BuildType build_type = api::imagebuilder::BuildType::user_initiated;
    std::optional<std::string> pipeline_arn{};
};

struct StartedBuild {
    api::Arn image{};  // build version ARN
    std::string execution_id{};
};

/// Tests on with 720 minutes, enhanced metadata on.
api::imagebuilder::CreateImageRequest with_build_defaults(
    api::imagebuilder::CreateImageRequest request);

StartedBuild start_build(const Dependencies& dependencies, db::Transaction& transaction,
                         const api::CallContext& context, const BuildOrder& order);

/// As it is now, with its tags.
api::imagebuilder::DistributionConfiguration require_distribution(db::Connection& connection,
                                                                  const api::CallContext& context,
                                                                  const std::string& arn);

/// Throws InvalidRequestException unless exactly one of the recipe ARNs is given.
void require_one_recipe(const std::optional<std::string>& image_recipe_arn,
                        const std::optional<std::string>& container_recipe_arn);

/// Workflows of one's own and log groups outside /aws/imagebuilder/ need an execution role.
void require_role_if_needed(bool workflows_given, const std::optional<std::string>& log_group,
                            const std::optional<std::string>& execution_role);

}  // namespace goldsmith::service::imagebuilder
