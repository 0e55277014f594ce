#include "documents/workflow_values.h"

#include <algorithm>
#include <boost/json.hpp>

#include "documents/workflow_path.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

constexpr std::string_view path_suffix = ".$";

const json::value* member(const json::value& parent, const WorkflowPath::Segment& segment) {
    if (const auto* index = std::get_if<std::size_t>(&segment)) {
        const auto* list = parent.if_array();
        return list != nullptr && *index < list->size() ? &(*list)[*index] : nullptr;
    }
    const auto* object = parent.if_object();
    return object == nullptr ? nullptr : object->if_contains(std::get<std::string>(segment));
}

const json::value* follow(const WorkflowPath& path, const json::object& context) {
    const json::value* at = context.if_contains(path.root);
    for (std::size_t i = 0; at != nullptr && i < path.segments.size(); ++i) {
        if (i == 0 && path.root == "imagebuilder") {
            const auto spelled = system_variable(path.name(0));
            at = spelled.empty() ? nullptr : member(*at, std::string(spelled));
        } else {
            at = member(*at, path.segments[i]);
        }
    }
    return at;
}

const json::value& required(std::string_view text, const json::object& context) {
    const auto path = parse_path(text);
    if (!path) {
        throw EvaluationError("'" + std::string(text) + "' is not a path.");
    }
    const json::value* value = follow(*path, context);
    if (value == nullptr) {
        throw EvaluationError("'" + std::string(text) +
                              "' has no value. A step that was skipped or failed has no outputs.");
    }
    return *value;
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

json::value interpolated(std::string_view text, const json::object& context) {
    std::string result;
    for (const auto& part : split_template(text)) {
        result += part.is_path ? text_of(required(part.text, context)) : part.text;
    }
    return json::value(result);
}

// Published documents leave the suffix off for outputs of steps and workflows; no literal looks so.
bool is_lenient_path(std::string_view text) {
    return (text.starts_with("$.stepOutputs.") || text.starts_with("$.workflowOutputs.")) &&
           parse_path(text).has_value();
}

json::value resolved(const json::value& value, const json::object& context);

json::object resolved_object(const json::object& object, const json::object& context) {
    json::object result;
    for (const auto& [key, value] : object) {
        const std::string_view name(key);
        if (name.ends_with(path_suffix) && value.is_string()) {
            result[name.substr(0, name.size() - path_suffix.size())] =
                required(value.get_string(), context);
        } else {
            result[name] = resolved(value, context);
        }
    }
    return result;
}

json::value resolved(const json::value& value, const json::object& context) {
    if (const auto* text = value.if_string()) {
        if (is_lenient_path(*text)) {
            return required(*text, context);
        }
        return interpolated(*text, context);
    }
    if (const auto* object = value.if_object()) {
        return resolved_object(*object, context);
    }
    if (const auto* list = value.if_array()) {
        json::array result;
        for (const auto& item : *list) {
            result.push_back(resolved(item, context));
        }
        return result;
    }
    return value;
}

}  // namespace

bool is_path(std::string_view text) {
    return text.starts_with("$.");
}

std::optional<json::value> look_up(std::string_view text, const json::object& context) {
    const auto path = parse_path(text);
    if (!path) {
        throw EvaluationError("'" + std::string(text) + "' is not a path.");
    }
    const json::value* value = follow(*path, context);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

json::object resolve_inputs(const json::object& inputs, const json::object& context) {
    json::object result;
    for (const auto& [key, value] : inputs) {
        try {
            json::object one;
            one[key] = value;
            for (auto& [name, out] : resolved_object(one, context)) {
                result[name] = out;
            }
        } catch (const EvaluationError& error) {
            throw EvaluationError("Input '" + std::string(key) + "': " + error.what());
        }
    }
    return result;
}

json::value resolve_value(const json::value& value, const json::object& context) {
    const auto* text = value.if_string();
    if (text != nullptr && is_path(*text)) {
        return required(*text, context);
    }
    return resolved(value, context);
}

}  // namespace goldsmith::documents
