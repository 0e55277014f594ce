// Workflows by ARN: the managed ones, which are documents inside the program, and the caller's own,
// which are rows. Functions run on the connection they are given and throw the API's errors.
#pragma once

#include <optional>
#include <string>

#include "api/arn.h"
#include "api/context.h"
#include "api/generated/imagebuilder/workflows_types.h"

namespace goldsmith::db {
class Connection;
}
namespace goldsmith::workflow {
struct ManagedWorkflow;
}

namespace goldsmith::service::imagebuilder {

/// What GetWorkflow shows of a managed workflow, as seen from a region.
api::imagebuilder::Workflow managed_workflow(const workflow::ManagedWorkflow& workflow,
                                             std::string_view region);

/// The workflow that an exact, version or wildcard ARN stands for; nothing when there is none.
/// Without tags.
std::optional<api::imagebuilder::Workflow> find_workflow(db::Connection& connection,
                                                         const api::CallContext& context,
                                                         const api::Arn& arn);

}  // namespace goldsmith::service::imagebuilder
