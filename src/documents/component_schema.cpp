#include "documents/component_schema.h"

#include <algorithm>
#include <boost/json.hpp>

#include "documents/component_actions.h"

namespace goldsmith::documents {
namespace {

namespace json = boost::json;

json::object typed(std::string_view type) {
    return {{"type", type}};
}

json::object reference(const std::string& definition) {
    return {{"$ref", "#/$defs/" + definition}};
}

json::object described(json::object schema, std::string_view description) {
    schema["description"] = description;
    return schema;
}

json::object list_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

/// An optional field that is left empty is null, which equals absence.
void allow_null(json::value& schema) {
    schema = json::object{{"anyOf", json::array{std::move(schema), typed("null")}}};
}

/// A map with exactly these keys allowed.
json::object closed_map(json::object properties, json::array required) {
    json::object schema{{"type", "object"}, {"additionalProperties", false}};
    for (auto& [key, value] : properties) {
        const bool is_required = std::ranges::any_of(
            required,
            [&field = key](const json::value& name) { return name.as_string() == field; });
        if (!is_required && !value.as_object().empty()) {
            allow_null(value);
        }
    }
    schema["properties"] = std::move(properties);
    if (!required.empty()) {
        schema["required"] = std::move(required);
    }
    return schema;
}

/// YAML writes many strings without quotes, and the language takes their text.
json::object scalar() {
    return {{"type", json::array{"string", "number", "boolean"}}};
}

json::object name_schema() {
    return {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]{3,128}$"}};
}

/// A value of one kind, or a text with a reference in its place.
json::object or_template(json::object schema) {
    const json::object with_reference{{"type", "string"}, {"pattern", "\\{\\{"}};
    return {{"anyOf", json::array{std::move(schema), with_reference}}};
}

json::object choice_schema(std::span<const std::string_view> choices) {
    json::array values;
    for (std::string_view choice : choices) {
        values.emplace_back(choice);
    }
    return {{"enum", std::move(values)}};
}

json::object field_schema(const InputField& field) {
    switch (field.kind) {
        case InputKind::text:
            return scalar();
        case InputKind::flag:
            return or_template({{"enum", json::array{true, false, "true", "false"}}});
        case InputKind::integer:
            return or_template({{"type", "integer"}, {"minimum", 0}});
        case InputKind::octal:
            return scalar();
        case InputKind::choice:
            return or_template(choice_schema(field.choices));
        case InputKind::encoding:
            return typed("string");
        case InputKind::text_list:
            return list_of(scalar());
        case InputKind::text_map:
            return {{"type", "object"}, {"additionalProperties", scalar()}};
        case InputKind::parameters:
            return list_of(
                closed_map({{"name", typed("string")}, {"value", scalar()}}, {"name", "value"}));
        case InputKind::any:
            return {{"type", json::array{"string", "number", "boolean", "array"}}};
    }
    return {};
}

json::object inputs_schema(const ActionSpec& spec) {
    if (spec.shape == InputShape::condition) {
        return reference("condition");
    }
    json::object properties;
    json::array required;
    for (const InputField& field : spec.fields) {
        properties[field.name] = described(field_schema(field), field.description);
        if (field.required) {
            required.emplace_back(field.name);
        }
    }
    const json::object element = closed_map(std::move(properties), std::move(required));
    if (spec.shape == InputShape::list) {
        json::object list = list_of(element);
        list["minItems"] = 1;
        return {{"anyOf", json::array{std::move(list), element}}};
    }
    if (!spec.inputs_required) {
        return {{"anyOf", json::array{element, typed("null")}}};
    }
    return element;
}

json::object loop_schema() {
    const json::object range = closed_map(
        {{"start", typed("integer")}, {"end", typed("integer")}, {"updateBy", typed("integer")}},
        {"start", "end", "updateBy"});
    json::object list = list_of(scalar());
    list["minItems"] = 1;
    const json::array delimiters{".", ",", ";", ":", "\n", "\t", " ", "-", "_"};
    const json::object delimited = closed_map(
        {{"list", scalar()}, {"delimiter", json::object{{"enum", delimiters}}}}, {"list"});
    json::object loop =
        closed_map({{"name", name_schema()},
                    {"for", range},
                    {"forEach", json::object{{"anyOf", json::array{list, delimited}}}}},
                   {});
    loop["oneOf"] = json::array{json::object{{"required", json::array{"for"}}},
                                json::object{{"required", json::array{"forEach"}}}};
    return loop;
}

json::object condition_schema() {
    json::object properties{{"value", scalar()}, {"path", scalar()}};
    json::array operators;
    const json::object several = list_of(reference("condition"));
    for (const ConditionOperator& op : condition_operators()) {
        json::object operand = scalar();
        if (op.group == ConditionGroup::all_of || op.group == ConditionGroup::any_of) {
            operand = several;
        } else if (op.group == ConditionGroup::negation) {
            operand = {{"anyOf", json::array{reference("condition"), several}}};
        }
        properties[op.name] = std::move(operand);
        operators.push_back(json::object{{"required", json::array{op.name}}});
    }
    json::object schema = closed_map(std::move(properties), {});
    schema["oneOf"] = std::move(operators);
    return schema;
}

json::object if_schema() {
    json::object schema = condition_schema();
    json::object& properties = schema["properties"].as_object();
    for (const char* branch : {"then", "else"}) {
        properties[branch] = {{"enum", json::array{"Abort", "Execute", "Skip"}}};
        allow_null(properties[branch]);
    }
    // Older documents write the branches within `not`, and the whole as a list.
    properties["not"] = reference("if");
    json::object list = list_of(schema);
    list["minItems"] = 1;
    list["maxItems"] = 1;
    return {{"anyOf", json::array{std::move(schema), std::move(list)}}};
}

json::object step_schema() {
    json::array actions;
    json::array rules;
    for (const ActionSpec& spec : component_actions()) {
        actions.push_back(json::object{{"const", spec.name}, {"description", spec.description}});
        json::object then{{"properties", json::object{{"inputs", inputs_schema(spec)}}}};
        if (spec.inputs_required) {
            then["required"] = json::array{"inputs"};
        }
        const json::object is_action{
            {"properties", json::object{{"action", json::object{{"const", spec.name}}}}}};
        rules.push_back(json::object{{"if", is_action}, {"then", std::move(then)}});
    }
    json::object step = closed_map(
        {{"name", name_schema()},
         {"action", json::object{{"oneOf", std::move(actions)}}},
         {"timeoutSeconds",
          json::object{{"type", "integer"}, {"minimum", -1}, {"not", json::object{{"const", 0}}}}},
         {"onFailure", json::object{{"enum", json::array{"Abort", "Continue", "Ignore"}}}},
         {"maxAttempts", json::object{{"type", "integer"}, {"minimum", 1}}},
         {"inputs", json::object{}},
         {"loop", reference("loop")},
         {"if", reference("if")},
         {"disableLogging", typed("boolean")}},
        {"name", "action"});
    step["allOf"] = std::move(rules);
    return step;
}

json::object named_entries(json::object entry) {
    return list_of({{"type", "object"},
                    {"minProperties", 1},
                    {"maxProperties", 1},
                    {"propertyNames", name_schema()},
                    {"additionalProperties", std::move(entry)}});
}

}  // namespace

json::object component_schema() {
    const json::object parameter =
        closed_map({{"type", json::object{{"enum", json::array{"string", "stringList"}}}},
                    {"default", json::object{}},
                    {"description", typed("string")},
                    {"allowedValues", list_of(scalar())}},
                   {"type"});
    const json::object constant = closed_map(
        {{"type", json::object{{"const", "string"}}}, {"value", scalar()}}, {"type", "value"});
    const json::object phase = closed_map({{"name", name_schema()},
                                           {"steps", list_of(reference("step"))},
                                           {"disableLogging", typed("boolean")}},
                                          {"name", "steps"});
    json::object phases = list_of(phase);
    phases["minItems"] = 1;
    json::object schema =
        closed_map({{"name", scalar()},
                    {"description", scalar()},
                    {"schemaVersion", json::object{{"enum", json::array{1, "1", "1.0"}}}},
                    {"parameters", named_entries(parameter)},
                    {"constants", named_entries(constant)},
                    {"phases", std::move(phases)},
                    {"disableLogging", typed("boolean")}},
                   {"schemaVersion", "phases"});
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = "Component document";
    schema["$defs"] = json::object{{"step", step_schema()},
                                   {"loop", loop_schema()},
                                   {"condition", condition_schema()},
                                   {"if", if_schema()}};
    return schema;
}

}  // namespace goldsmith::documents
