// `parameters` of a workflow document.
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "documents/suggestion.h"
#include "documents/workflow_reading.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

constexpr std::size_t max_name = 128;
constexpr std::size_t max_description = 1024;
constexpr std::array<std::string_view, 4> keys{"name", "type", "default", "description"};
constexpr std::array types{WorkflowParameterType::string, WorkflowParameterType::integer,
                           WorkflowParameterType::boolean, WorkflowParameterType::string_list};

WorkflowParameterType read_type(const YamlNode& node, DiagnosticSink& sink) {
    const std::string text = text_under(node, "type", max_name, sink);
    if (text.empty()) {
        return WorkflowParameterType::string;
    }
    std::vector<std::string_view> names;
    for (const auto type : types) {
        if (name_of(type) == text) {
            return type;
        }
        names.push_back(name_of(type));
    }
    sink.error(node.find("type")->position,
               "the type '" + text + "' is none of string, integer, boolean and stringList" + "." +
                   did_you_mean(text, names));
    return WorkflowParameterType::string;
}

// Nothing if the node does not fit the type.
std::optional<json::value> typed_default(WorkflowParameterType type, const YamlNode& node) {
    switch (type) {
        case WorkflowParameterType::string:
            return node.is_scalar() ? std::optional<json::value>(json::value(node.text))
                                    : std::nullopt;
        case WorkflowParameterType::integer:
            if (const auto number = yaml_int(node)) {
                return json::value(*number);
            }
            return std::nullopt;
        case WorkflowParameterType::boolean:
            if (const auto boolean = yaml_bool(node)) {
                return json::value(*boolean);
            }
            return std::nullopt;
        case WorkflowParameterType::string_list:
            break;
    }
    if (!node.is_sequence() || !std::ranges::all_of(node.items, &YamlNode::is_scalar)) {
        return std::nullopt;
    }
    json::array list;
    for (const auto& item : node.items) {
        list.push_back(json::value(item.text));
    }
    return list;
}

WorkflowParameter read_parameter(const YamlNode& node, DiagnosticSink& sink) {
    WorkflowParameter parameter;
    if (!node.is_mapping()) {
        sink.error(node.position,
                   "a parameter must be a map, not " + std::string(node.kind_name()));
        return parameter;
    }
    check_keys(node, keys, "a parameter", sink);
    parameter.name = text_under(node, "name", max_name, sink);
    parameter.description = text_under(node, "description", max_description, sink);
    parameter.type = read_type(node, sink);
    if (parameter.name.empty()) {
        sink.error(node.position, "a parameter needs a 'name'");
    }
    if (const YamlNode* given = node.find("default"); given != nullptr && !given->is_null()) {
        parameter.default_value = typed_default(parameter.type, *given);
        if (!parameter.default_value) {
            sink.error(given->position, "the default of the parameter '" + parameter.name +
                                            "' is not of the type " +
                                            std::string(name_of(parameter.type)));
        }
    }
    return parameter;
}

}  // namespace

std::vector<WorkflowParameter> read_parameters(const YamlNode& list, DiagnosticSink& sink) {
    std::vector<WorkflowParameter> parameters;
    for (const auto& item : list.items) {
        auto parameter = read_parameter(item, sink);
        if (!parameter.name.empty() &&
            std::ranges::find(parameters, parameter.name, &WorkflowParameter::name) !=
                parameters.end()) {
            sink.error(item.position, "there are two parameters '" + parameter.name + "'");
        }
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

}  // namespace goldsmith::documents
