// The condition language of `if` and of the Assert action, parsed. Evaluation lives with the
// executor, because some operators look at files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/yaml.h"

namespace goldsmith::documents {

/// What an operator compares; the groups differ in the keys they take.
enum class ConditionGroup {
    all_of,
    any_of,
    negation,
    text_unary,
    text,
    pattern,
    number,
    existence,
    digest
};

struct ConditionOperator {
    std::string_view name;
    ConditionGroup group;
};

/// A template: text that may hold references, and whether YAML itself wrote it as a plain scalar.
struct ConditionOperand {
    std::string text;
    bool plain = false;
    Position position;
};

struct Condition {
    const ConditionOperator* op = nullptr;  ///< never null in a parsed condition; static storage
    ConditionOperand baseline;              ///< the operand under the operator's own key
    ConditionOperand value;           ///< under `value` (or `path` for digests), where there is one
    std::vector<Condition> operands;  ///< of and/or/not
    Position position;
};

/// Every operator, in the order of the documentation.
std::span<const ConditionOperator> condition_operators();

/// Parses a mapping (or a one-element list holding one) with exactly one operator. Keys in
/// `extra_keys` are left to the caller. Reports every problem to `sink`; the result is then
/// unusable.
Condition parse_condition(const YamlNode& node, std::span<const std::string_view> extra_keys,
                          DiagnosticSink& sink, const std::string& where);

}  // namespace goldsmith::documents
