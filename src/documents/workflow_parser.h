// From the text of a workflow document to a checked WorkflowDocument. Used at CreateWorkflow, by
// `goldsmith validate` and by the engine when it loads a plan. Pure; any thread.
#pragma once

#include <string_view>

#include "documents/workflow_document.h"

namespace goldsmith::documents {

/// Checks everything that can be known without running: keys, names, actions and the stages that
/// allow them, inputs, time-outs, conditions, and that every `$.` path leads somewhere. `file_name`
/// only stands in messages. Throws DocumentErrors with every problem found, each with its line and
/// column. Untrusted text is safe: size, depth and alias expansion are bounded.
WorkflowDocument parse_workflow(std::string_view text, std::string_view file_name,
                                WorkflowType type);

}  // namespace goldsmith::documents
