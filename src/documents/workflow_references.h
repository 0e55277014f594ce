// Checks that every `$.` path of a workflow document leads somewhere: a parameter that is declared,
// an output of an earlier step that its action has, a known system variable. Belongs to one parse.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/workflow_actions.h"
#include "documents/yaml.h"

namespace goldsmith::documents {

class WorkflowReferences {
public:
    explicit WorkflowReferences(DiagnosticSink& sink) : sink_(sink) {}

    void declare_parameter(std::string name) { parameters_.push_back(std::move(name)); }
    /// From now on the step's outputs may be referred to. `action` may be null (unknown action).
    void declare_step(std::string name, const WorkflowAction* action);

    /// A value that has to be a path (under a `.$` key).
    void check_path(std::string_view text, Position position);
    /// A string that may be a path as a whole and may hold {{ $.path }}.
    void check_text(std::string_view text, Position position);

private:
    struct Step {
        std::string name;
        const WorkflowAction* action;
    };
    void check_parameter(std::string_view path, std::string_view name, Position position);
    void check_step_output(std::string_view path, std::string_view step, std::string_view output,
                           Position position);

    DiagnosticSink& sink_;
    std::vector<std::string> parameters_;
    std::vector<Step> steps_;
};

}  // namespace goldsmith::documents
