// Evaluation of `if`.
#include <boost/json.hpp>
#include <charconv>

#include "documents/workflow_values.h"

namespace goldsmith::documents {

namespace json = boost::json;

namespace {

using Operator = WorkflowCondition::Operator;

[[noreturn]] void wrong_type(const json::value& value, std::string_view wanted) {
    throw EvaluationError("The condition compares " + json::serialize(value) + ", which is not " +
                          std::string(wanted) + ".");
}

bool as_boolean(const json::value& value) {
    if (const auto* boolean = value.if_bool()) {
        return *boolean;
    }
    if (const auto* text = value.if_string();
        text != nullptr && (*text == "true" || *text == "false")) {
        return *text == "true";
    }
    wrong_type(value, "a boolean");
}

double as_number(const json::value& value) {
    if (value.is_number()) {
        return value.to_number<double>();
    }
    if (const auto* text = value.if_string()) {
        double number = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number,
                                                  std::chars_format::fixed);
        const bool whole = end == text->data() + text->size();
        const char last = text->empty() ? '.' : text->back();
        if (error == std::errc{} && whole && last >= '0' && last <= '9') {
            return number;
        }
    }
    wrong_type(value, "a number");
}

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

bool compare(Operator op, const json::value& expected, const json::value& actual) {
    switch (op) {
        case Operator::boolean_equals:
            return as_boolean(actual) == as_boolean(expected);
        case Operator::string_equals:
            return as_text(actual) == as_text(expected);
        case Operator::number_equals:
            return as_number(actual) == as_number(expected);
        case Operator::number_greater_than:
            return as_number(actual) > as_number(expected);
        case Operator::number_greater_than_equals:
            return as_number(actual) >= as_number(expected);
        case Operator::number_less_than:
            return as_number(actual) < as_number(expected);
        case Operator::number_less_than_equals:
            return as_number(actual) <= as_number(expected);
        case Operator::all_of:
        case Operator::any_of:
        case Operator::none_of:
            break;
    }
    return false;
}

}  // namespace

bool holds(const WorkflowCondition& condition, const json::object& context) {
    switch (condition.op) {
        case Operator::all_of:
            for (const auto& child : condition.children) {
                if (!holds(child, context)) {
                    return false;
                }
            }
            return true;
        case Operator::any_of:
        case Operator::none_of:
            for (const auto& child : condition.children) {
                if (holds(child, context)) {
                    return condition.op == Operator::any_of;
                }
            }
            return condition.op == Operator::none_of;
        case Operator::boolean_equals:
        case Operator::number_equals:
        case Operator::number_greater_than:
        case Operator::number_greater_than_equals:
        case Operator::number_less_than:
        case Operator::number_less_than_equals:
        case Operator::string_equals:
            break;
    }
    return compare(condition.op, resolve_value(condition.expected, context),
                   resolve_value(condition.actual, context));
}

}  // namespace goldsmith::documents
