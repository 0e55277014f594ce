// The step actions of workflow documents as one table: where each may stand, what it takes and
// gives, how long it may run and whether it can be rolled back. Immutable; any thread.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "documents/workflow_document.h"

namespace goldsmith::documents {

enum class InputKind { string, boolean, list, string_list, object, json_text };

struct ActionInput {
    std::string_view name;
    InputKind kind = InputKind::string;
    bool required = false;
    /// Allowed literals, empty = any.
    std::span<const std::string_view> choices = {};
};

struct WorkflowAction {
    std::string_view name;
    bool in_build = false;
    bool in_test = false;
    bool in_distribution = false;
    std::chrono::minutes default_timeout{};
    std::chrono::minutes max_timeout{};
    bool rolls_back = false;
    std::span<const ActionInput> inputs;
    std::span<const std::string_view> outputs;

    bool allowed_in(WorkflowType type) const;
    const ActionInput* input(std::string_view input_name) const;  ///< nullptr: no such input
    bool has_output(std::string_view output_name) const;
};

std::span<const WorkflowAction> workflow_actions();
const WorkflowAction* find_workflow_action(std::string_view name);  ///< nullptr: no such action

}  // namespace goldsmith::documents
