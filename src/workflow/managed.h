// The managed workflows (owner Amazon, ARN account `aws`): ordinary documents in managed/*.yaml,
// embedded in the program. Used by the service to list and resolve them and to compose default
// plans.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/workflow_document.h"

namespace goldsmith::workflow {

struct ManagedWorkflow {
    std::string_view name;  ///< also the ARN's slug
    documents::WorkflowType type = documents::WorkflowType::build;
    std::string_view version;  ///< 1.0.0; the build number is always 1
    std::string_view description;
    std::string_view text;
};

std::span<const ManagedWorkflow> managed_workflows();
const ManagedWorkflow* find_managed_workflow(
    std::string_view name);  ///< nullptr: none of that name

/// arn:aws:imagebuilder:<region>:aws:workflow/<type>/<name>/<version>/1
std::string managed_workflow_arn(const ManagedWorkflow& workflow, std::string_view region);

/// What an image of this type runs when its creator names no workflows.
enum class ImageType { ami, docker };
std::vector<const ManagedWorkflow*> default_workflows(ImageType type);

}  // namespace goldsmith::workflow
