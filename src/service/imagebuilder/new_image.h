// A new image: its build number, its ARN and its row, PENDING. Used by builds, by distribution runs
// and by whatever else makes images. Runs on the connection it is given, in a transaction.
#pragma once

#include <optional>
#include <string>

#include "api/arn.h"
#include "api/context.h"
#include "api/generated/imagebuilder/images_types.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

struct NewImage {
    std::string semantic_version{};  // as the ARN spells it
    std::optional<std::string> recipe_arn{};
    std::optional<std::string> pipeline_arn{};
    std::string log_group{};
};

/// What a name is in the name of a log group, which has no blanks.
std::string in_log_group(std::string name);

/// "1.0.0/3": the log stream of an image, and its version as GetImage shows it.
std::string version_and_build(const api::Arn& image);

/// Completes `image` (which has its name, and no tags: they are rows of their own) and writes it.
/// Returns its build version ARN.
api::Arn insert_new_image(db::Connection& connection, const api::CallContext& context,
                          api::imagebuilder::Image& image, const NewImage& facts);

}  // namespace goldsmith::service::imagebuilder
