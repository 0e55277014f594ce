#include "documents/workflow_document.h"

#include <boost/json.hpp>

namespace goldsmith::documents {

std::string_view api_name(WorkflowType type) {
    switch (type) {
        case WorkflowType::build:
            return "BUILD";
        case WorkflowType::test:
            return "TEST";
        case WorkflowType::distribution:
            return "DISTRIBUTION";
    }
    return "";
}

std::string_view arn_name(WorkflowType type) {
    switch (type) {
        case WorkflowType::build:
            return "build";
        case WorkflowType::test:
            return "test";
        case WorkflowType::distribution:
            return "distribution";
    }
    return "";
}

std::string_view phase_name(WorkflowType type) {
    switch (type) {
        case WorkflowType::build:
            return "Build";
        case WorkflowType::test:
            return "Test";
        case WorkflowType::distribution:
            return "Distribution";
    }
    return "";
}

std::optional<WorkflowType> workflow_type_of(std::string_view name) {
    for (auto type : {WorkflowType::build, WorkflowType::test, WorkflowType::distribution}) {
        if (name == api_name(type) || name == arn_name(type)) {
            return type;
        }
    }
    return std::nullopt;
}

std::string_view name_of(WorkflowParameterType type) {
    switch (type) {
        case WorkflowParameterType::string:
            return "string";
        case WorkflowParameterType::integer:
            return "integer";
        case WorkflowParameterType::boolean:
            return "boolean";
        case WorkflowParameterType::string_list:
            return "stringList";
    }
    return "";
}

std::string_view api_name(StepOnFailure on_failure) {
    return on_failure == StepOnFailure::abort ? "Abort" : "Continue";
}

std::vector<std::string> WorkflowParameter::default_as_strings() const {
    if (!default_value) {
        return {};
    }
    if (default_value->is_string()) {
        return {std::string(default_value->get_string())};
    }
    if (!default_value->is_array()) {
        return {boost::json::serialize(*default_value)};
    }
    std::vector<std::string> items;
    for (const auto& item : default_value->get_array()) {
        items.emplace_back(item.get_string());
    }
    return items;
}

}  // namespace goldsmith::documents
