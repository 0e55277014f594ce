// Who depends on a resource: what a Delete operation refuses to leave dangling. Functions run on
// the connection they are given and look at the caller's own resources.
#pragma once

#include <string_view>

#include "api/arn.h"
#include "api/context.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::imagebuilder {

/// ResourceDependencyException in the API's words.
[[noreturn]] void throw_depended_on(std::string_view arn);

/// A recipe names this component build, or needs it to satisfy a version or wildcard ARN.
bool recipe_needs_component(db::Connection& connection, const api::CallContext& context,
                            const api::Arn& component);
/// A recipe has this image build as its parent, or needs it to satisfy a version or wildcard ARN.
bool recipe_needs_image(db::Connection& connection, const api::CallContext& context,
                        const api::Arn& image);
/// A pipeline names this recipe (or this version of it, or a wildcard that nothing else satisfies).
bool pipeline_needs_recipe(db::Connection& connection, const api::CallContext& context,
                           const api::Arn& recipe);
bool pipeline_needs_configuration(db::Connection& connection, const api::CallContext& context,
                                  const api::Arn& configuration);
bool pipeline_needs_workflow(db::Connection& connection, const api::CallContext& context,
                             const api::Arn& workflow);

}  // namespace goldsmith::service::imagebuilder
