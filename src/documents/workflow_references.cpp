#include "documents/workflow_references.h"

#include <algorithm>

#include "documents/suggestion.h"
#include "documents/workflow_path.h"
#include "documents/workflow_values.h"

namespace goldsmith::documents {

namespace {

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

}  // namespace

void WorkflowReferences::declare_step(std::string name, const WorkflowAction* action) {
    steps_.push_back({std::move(name), action});
}

void WorkflowReferences::check_path(std::string_view text, Position position) {
    const auto path = parse_path(text);
    if (!path) {
        sink_.error(position, quoted(text) +
                                  " is not a path; a path is $.parameters.<name>, "
                                  "$.stepOutputs.<step>.<output>, $.workflowOutputs.<name> or "
                                  "$.imagebuilder.<variable>");
        return;
    }
    if (path->root == "parameters") {
        check_parameter(text, path->name(0), position);
    } else if (path->root == "stepOutputs") {
        check_step_output(text, path->name(0), path->name(1), position);
    } else if (path->root == "imagebuilder" && system_variable(path->name(0)).empty()) {
        sink_.error(position,
                    quoted(text) + ": there is no system variable " + quoted(path->name(0)));
    }
}

void WorkflowReferences::check_text(std::string_view text, Position position) {
    if (is_path(text)) {
        check_path(text, position);
        return;
    }
    for (const auto& part : split_template(text)) {
        if (part.is_path) {
            check_path(part.text, position);
        }
    }
}

void WorkflowReferences::check_parameter(std::string_view path, std::string_view name,
                                         Position position) {
    if (std::ranges::find(parameters_, name) != parameters_.end()) {
        return;
    }
    const std::vector<std::string_view> known(parameters_.begin(), parameters_.end());
    sink_.error(position, quoted(path) + ": the document declares no parameter " + quoted(name) +
                              "." + did_you_mean(name, known));
}

void WorkflowReferences::check_step_output(std::string_view path, std::string_view step,
                                           std::string_view output, Position position) {
    const auto found = std::ranges::find(steps_, step, &Step::name);
    if (found == steps_.end()) {
        std::vector<std::string_view> known;
        for (const auto& earlier : steps_) {
            known.push_back(earlier.name);
        }
        sink_.error(position, quoted(path) + ": no step " + quoted(step) + " comes before this" +
                                  "." + did_you_mean(step, known));
        return;
    }
    if (output.empty()) {
        sink_.error(position, quoted(path) + " names a step but none of its outputs");
        return;
    }
    if (found->action != nullptr && !found->action->has_output(output)) {
        sink_.error(position, quoted(path) + ": the action " + std::string(found->action->name) +
                                  " has no output " + quoted(output) + "." +
                                  did_you_mean(output, found->action->outputs));
    }
}

}  // namespace goldsmith::documents
