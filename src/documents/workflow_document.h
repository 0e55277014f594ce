// A workflow document, checked: what parse_workflow() returns, what the engine interprets and what
// GetWorkflow shows. Plain values without effects; safe to share between threads once built.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::documents {

enum class WorkflowType { build, test, distribution };

std::string_view api_name(WorkflowType type);    ///< "BUILD", as in the API's `type`
std::string_view arn_name(WorkflowType type);    ///< "build", as in a workflow ARN
std::string_view phase_name(WorkflowType type);  ///< "Build", as in $.imagebuilder.workflowPhase
std::optional<WorkflowType> workflow_type_of(std::string_view api_or_arn_name);

enum class WorkflowParameterType { string, integer, boolean, string_list };

std::string_view name_of(WorkflowParameterType type);  ///< "stringList", as in the document

struct WorkflowParameter {
    std::string name;
    std::string description;
    WorkflowParameterType type = WorkflowParameterType::string;
    /// Absent: whoever uses the workflow has to give a value.
    std::optional<boost::json::value> default_value;

    /// The default as the API shows it: one string, or the items of a string list; empty without
    /// one.
    std::vector<std::string> default_as_strings() const;
};

/// An `if`: a comparison of two values, or and/or/not over further conditions.
struct WorkflowCondition {
    enum class Operator {
        all_of,
        any_of,
        none_of,
        boolean_equals,
        number_equals,
        number_greater_than,
        number_greater_than_equals,
        number_less_than,
        number_less_than_equals,
        string_equals,
    };
    Operator op = Operator::all_of;
    boost::json::value expected;  ///< comparisons only; a literal or a `$.` path
    boost::json::value actual;    ///< comparisons only; the `value:` beside the operator
    std::vector<WorkflowCondition> children;  ///< all_of, any_of, none_of only
};

enum class StepOnFailure { abort, carry_on };

std::string_view api_name(StepOnFailure on_failure);  ///< "Abort", "Continue"

struct WorkflowStep {
    std::string name;
    std::string action;  ///< known, and allowed for the document's type
    std::string description;
    std::optional<WorkflowCondition> condition;
    boost::json::object inputs;  ///< as written, with `.$` keys and {{ }}; see workflow_values.h
    StepOnFailure on_failure = StepOnFailure::abort;
    boost::json::value rollback_enabled = true;  ///< a boolean, or a string holding a `$.` path
    std::chrono::seconds timeout{};              ///< the document's, else the action's default
};

struct WorkflowOutput {
    std::string name;
    boost::json::value value;  ///< a `$.` path or a literal, perhaps with {{ }}
};

struct WorkflowDocument {
    std::string name;
    std::string description;
    std::vector<WorkflowParameter> parameters;
    std::vector<WorkflowStep> steps;
    std::vector<WorkflowOutput> outputs;
};

}  // namespace goldsmith::documents
