// From the strings that a caller of the API gives to the typed parameters of a workflow.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "documents/workflow_values.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

std::string about(const WorkflowParameter& parameter) {
    return "Parameter '" + parameter.name + "' of the workflow ";
}

json::value typed(const WorkflowParameter& parameter, const std::vector<std::string>& given) {
    if (parameter.type == WorkflowParameterType::string_list) {
        return json::value_from(given);
    }
    if (given.size() != 1) {
        throw EvaluationError(about(parameter) + "takes exactly one value, not " +
                              std::to_string(given.size()) + ".");
    }
    const std::string& text = given.front();
    if (parameter.type == WorkflowParameterType::string) {
        return json::value(text);
    }
    if (parameter.type == WorkflowParameterType::boolean && (text == "true" || text == "false")) {
        return json::value(text == "true");
    }
    if (const auto number = whole_number(text);
        parameter.type == WorkflowParameterType::integer && number) {
        return json::value(*number);
    }
    throw EvaluationError(about(parameter) + "has the type " +
                          std::string(name_of(parameter.type)) + ", which '" + text + "' is not.");
}

}  // namespace

json::object parameter_values(const WorkflowDocument& document,
                              const std::map<std::string, std::vector<std::string>>& given) {
    for (const auto& [name, values] : given) {
        if (std::ranges::find(document.parameters, name, &WorkflowParameter::name) ==
            document.parameters.end()) {
            throw EvaluationError("The workflow has no parameter '" + name + "'.");
        }
    }
    json::object result;
    for (const auto& parameter : document.parameters) {
        if (const auto found = given.find(parameter.name); found != given.end()) {
            result[parameter.name] = typed(parameter, found->second);
        } else if (parameter.default_value) {
            result[parameter.name] = *parameter.default_value;
        } else {
            throw EvaluationError(about(parameter) + "has no default; give it a value.");
        }
    }
    return result;
}

}  // namespace goldsmith::documents
