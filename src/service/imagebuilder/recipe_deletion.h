// The deletion of a recipe, which is the same for both kinds.
#pragma once

#include <string>
#include <string_view>

#include "api/arn.h"
#include "api/context.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::service::imagebuilder {

/// Erases the recipe that `text` names, with its tags and its policy. `parameter` is for messages.
/// Throws the API's errors when it is malformed, somebody else's, missing, shared, or needed by a
/// pipeline.
void delete_recipe(db::Database& database, const api::CallContext& context,
                   std::string_view parameter, const std::string& text, api::ResourceType type);

}  // namespace goldsmith::service::imagebuilder
