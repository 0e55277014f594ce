// `if` of a step.
#include <array>
#include <boost/json.hpp>
#include <vector>

#include "documents/suggestion.h"
#include "documents/workflow_reading.h"

namespace goldsmith::documents {

namespace {

using Operator = WorkflowCondition::Operator;

constexpr int max_depth = 4;
constexpr std::size_t max_children = 10;

struct OperatorName {
    std::string_view name;
    Operator op;
};
constexpr std::array<OperatorName, 10> operators{{
    {"and", Operator::all_of},
    {"or", Operator::any_of},
    {"not", Operator::none_of},
    {"booleanEquals", Operator::boolean_equals},
    {"numberEquals", Operator::number_equals},
    {"numberGreaterThan", Operator::number_greater_than},
    {"numberGreaterThanEquals", Operator::number_greater_than_equals},
    {"numberLessThan", Operator::number_less_than},
    {"numberLessThanEquals", Operator::number_less_than_equals},
    {"stringEquals", Operator::string_equals},
}};

const OperatorName* find_operator(std::string_view name) {
    for (const auto& known : operators) {
        if (known.name == name) {
            return &known;
        }
    }
    return nullptr;
}

bool is_junction(Operator op) {
    return op == Operator::all_of || op == Operator::any_of || op == Operator::none_of;
}

class ConditionReader {
public:
    ConditionReader(WorkflowReferences& references, DiagnosticSink& sink)
        : references_(references), sink_(sink) {}

    WorkflowCondition read(const YamlNode& node, int depth) {
        if (depth > max_depth) {
            sink_.error(node.position, "conditions may be nested at most 4 deep");
            return {};
        }
        if (!node.is_mapping()) {
            sink_.error(node.position, "a condition must be a map with an operator, not " +
                                           std::string(node.kind_name()));
            return {};
        }
        const YamlEntry* entry = operator_entry(node);
        if (entry == nullptr) {
            return {};
        }
        const Operator op = find_operator(entry->key)->op;
        return is_junction(op) ? read_junction(op, node, *entry, depth)
                               : read_comparison(op, node, *entry);
    }

private:
    // The one entry whose key is an operator; reports none, several and everything else.
    const YamlEntry* operator_entry(const YamlNode& node) {
        const YamlEntry* found = nullptr;
        const std::size_t errors = sink_.size();
        for (const auto& entry : node.entries) {
            if (find_operator(entry.key) == nullptr) {
                if (entry.key != "value") {
                    report_unknown(entry);
                }
            } else if (found != nullptr) {
                sink_.error(entry.key_position,
                            "a condition has one operator; combine several "
                            "with 'and' or 'or'");
            } else {
                found = &entry;
            }
        }
        if (found == nullptr && sink_.size() == errors) {
            sink_.error(node.position, "the condition has no operator");
        }
        return found;
    }

    void report_unknown(const YamlEntry& entry) {
        std::vector<std::string_view> names;
        for (const auto& known : operators) {
            names.push_back(known.name);
        }
        sink_.error(entry.key_position, "unknown operator '" + entry.key + "' in a condition" +
                                            "." + did_you_mean(entry.key, names));
    }

    WorkflowCondition read_junction(Operator op, const YamlNode& node, const YamlEntry& entry,
                                    int depth) {
        WorkflowCondition condition{op, {}, {}, {}};
        if (const YamlNode* value = node.find("value")) {
            sink_.error(value->position, "'" + entry.key + "' takes conditions and no 'value'");
        }
        if (op == Operator::none_of && entry.value.is_mapping()) {
            condition.children.push_back(read(entry.value, depth + 1));
            return condition;
        }
        const std::size_t max = op == Operator::none_of ? 1 : max_children;
        if (!entry.value.is_sequence() || entry.value.items.empty() ||
            entry.value.items.size() > max) {
            sink_.error(entry.value.position, "'" + entry.key + "' takes a list of 1 to " +
                                                  std::to_string(max) + " conditions");
            return condition;
        }
        for (const auto& item : entry.value.items) {
            condition.children.push_back(read(item, depth + 1));
        }
        return condition;
    }

    WorkflowCondition read_comparison(Operator op, const YamlNode& node, const YamlEntry& entry) {
        const YamlNode* actual = node.find("value");
        if (actual == nullptr) {
            sink_.error(entry.key_position,
                        "'" + entry.key + "' needs a 'value' beside it to compare with");
            return {};
        }
        return {op, operand(op, entry.value), operand(op, *actual), {}};
    }

    boost::json::value operand(Operator op, const YamlNode& node) {
        if (!node.is_scalar()) {
            sink_.error(node.position,
                        "a condition compares single values, not " + std::string(node.kind_name()));
            return nullptr;
        }
        references_.check_text(node.text, node.position);
        // For text `1.10` and `1.1` differ, so the characters count and not what YAML makes of
        // them.
        return op == Operator::string_equals ? boost::json::value(node.text) : json_of(node);
    }

    WorkflowReferences& references_;
    DiagnosticSink& sink_;
};

}  // namespace

WorkflowCondition read_condition(const YamlNode& node, WorkflowReferences& references,
                                 DiagnosticSink& sink) {
    ConditionReader reader(references, sink);
    // A list with one item is seen in published documents.
    if (node.is_sequence() && node.items.size() == 1) {
        return reader.read(node.items.front(), 1);
    }
    return reader.read(node, 1);
}

}  // namespace goldsmith::documents
