#include "documents/condition.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "documents/condition_number.h"
#include "documents/expression.h"
#include "documents/suggestion.h"

namespace goldsmith::documents {
namespace {

constexpr int deepest_logic = 4;

constexpr auto operator_table = std::to_array<ConditionOperator>({
    {"and", ConditionGroup::all_of},
    {"or", ConditionGroup::any_of},
    {"not", ConditionGroup::negation},
    {"stringIsEmpty", ConditionGroup::text_unary},
    {"stringIsWhitespace", ConditionGroup::text_unary},
    {"stringEquals", ConditionGroup::text},
    {"stringLessThan", ConditionGroup::text},
    {"stringLessThanEquals", ConditionGroup::text},
    {"stringGreaterThan", ConditionGroup::text},
    {"stringGreaterThanEquals", ConditionGroup::text},
    {"patternMatches", ConditionGroup::pattern},
    {"numberEquals", ConditionGroup::number},
    {"numberLessThan", ConditionGroup::number},
    {"numberLessThanEquals", ConditionGroup::number},
    {"numberGreaterThan", ConditionGroup::number},
    {"numberGreaterThanEquals", ConditionGroup::number},
    {"binaryExists", ConditionGroup::existence},
    {"fileExists", ConditionGroup::existence},
    {"folderExists", ConditionGroup::existence},
    {"fileMD5Equals", ConditionGroup::digest},
    {"fileSHA1Equals", ConditionGroup::digest},
    {"fileSHA256Equals", ConditionGroup::digest},
    {"fileSHA512Equals", ConditionGroup::digest},
});

const ConditionOperator* find_operator(std::string_view name) {
    if (name == "stringlessThan") {  // a spelling of old examples
        name = "stringLessThan";
    }
    auto found = std::ranges::find(operator_table, name, &ConditionOperator::name);
    return found == operator_table.end() ? nullptr : &*found;
}

/// The second key of a comparison, or "".
std::string_view second_key(ConditionGroup group) {
    switch (group) {
        case ConditionGroup::text:
        case ConditionGroup::pattern:
        case ConditionGroup::number:
            return "value";
        case ConditionGroup::digest:
            return "path";
        case ConditionGroup::all_of:
        case ConditionGroup::any_of:
        case ConditionGroup::negation:
        case ConditionGroup::text_unary:
        case ConditionGroup::existence:
            return "";
    }
    return "";
}

class ConditionParser {
public:
    ConditionParser(DiagnosticSink& sink, const std::string& where) : sink_(sink), where_(where) {}

    Condition parse(const YamlNode& node, std::span<const std::string_view> extra_keys, int level) {
        const YamlNode& map = node.is_sequence() && node.items.size() == 1 ? node.items[0] : node;
        Condition condition;
        condition.position = map.position;
        if (!map.is_mapping()) {
            error(map.position, "a condition must be a map with one operator, not " +
                                    std::string(map.kind_name()));
            return condition;
        }
        const YamlEntry* entry = find_operator_entry(map);
        check_keys(map, entry, extra_keys);
        if (entry == nullptr) {
            return condition;
        }
        condition.op = find_operator(entry->key);
        if (condition.op->group <= ConditionGroup::negation) {
            parse_logic(*entry, extra_keys, level, condition);
        } else {
            parse_comparison(map, *entry, condition);
        }
        return condition;
    }

private:
    void error(Position position, const std::string& detail) {
        sink_.error(position, where_ + detail);
    }

    const YamlEntry* find_operator_entry(const YamlNode& map) {
        const YamlEntry* found = nullptr;
        for (const YamlEntry& entry : map.entries) {
            if (find_operator(entry.key) == nullptr) {
                continue;
            }
            if (found != nullptr) {
                error(entry.key_position, "a condition holds exactly one operator; '" + found->key +
                                              "' and '" + entry.key + "' need 'and' or 'or'");
                return nullptr;
            }
            found = &entry;
        }
        return found;
    }

    void check_keys(const YamlNode& map, const YamlEntry* op,
                    std::span<const std::string_view> extra_keys) {
        const std::string_view second =
            op == nullptr ? "value" : second_key(find_operator(op->key)->group);
        std::vector<std::string_view> known(extra_keys.begin(), extra_keys.end());
        known.emplace_back(second);
        bool complained = false;
        for (const YamlEntry& entry : map.entries) {
            const bool expected =
                &entry == op || find_operator(entry.key) != nullptr ||
                (!entry.key.empty() && std::ranges::find(known, entry.key) != known.end());
            if (!expected) {
                for (const ConditionOperator& candidate : operator_table) {
                    known.push_back(candidate.name);
                }
                error(entry.key_position, "unknown key '" + entry.key + "' in a condition." +
                                              did_you_mean(entry.key, known));
                complained = true;
            }
        }
        const bool several = std::ranges::any_of(map.entries, [](const YamlEntry& entry) {
            return find_operator(entry.key) != nullptr;
        });
        if (op == nullptr && !complained && !several) {
            error(map.position, "a condition needs an operator such as stringEquals or fileExists");
        }
    }

    void parse_logic(const YamlEntry& entry, std::span<const std::string_view> extra_keys,
                     int level, Condition& condition) {
        if (level > deepest_logic) {
            error(entry.key_position, "logical operators nest at most " +
                                          std::to_string(deepest_logic) + " levels deep");
            return;
        }
        if (condition.op->group == ConditionGroup::negation) {
            // Old syntax diagrams put then/else below the operator.
            const bool old_form = level == 1 && entry.value.is_mapping();
            condition.operands.push_back(
                parse(entry.value, old_form ? extra_keys : std::span<const std::string_view>{},
                      level + 1));
            return;
        }
        if (!entry.value.is_sequence() || entry.value.items.empty()) {
            error(entry.value.position, "'" + entry.key + "' needs a list of conditions");
            return;
        }
        for (const YamlNode& item : entry.value.items) {
            condition.operands.push_back(parse(item, {}, level + 1));
        }
    }

    ConditionOperand operand(const YamlNode& node, std::string_view key) {
        if (!node.is_scalar()) {
            error(node.position, "'" + std::string(key) + "' must be a string, not " +
                                     std::string(node.kind_name()));
        }
        return {node.text, node.plain, node.position};
    }

    void parse_comparison(const YamlNode& map, const YamlEntry& entry, Condition& condition) {
        condition.baseline = operand(entry.value, entry.key);
        const std::string_view second = second_key(condition.op->group);
        if (!second.empty()) {
            if (const YamlNode* value = map.find(second)) {
                condition.value = operand(*value, second);
            } else {
                error(entry.key_position,
                      "'" + entry.key + "' needs '" + std::string(second) + "' beside it");
            }
        }
        if (!has_expression(condition.baseline.text)) {
            check_literal(condition);
        }
    }

    void check_literal(const Condition& condition) {
        const ConditionOperand& baseline = condition.baseline;
        if (condition.op->group == ConditionGroup::number &&
            !parse_decimal(baseline.text, baseline.plain)) {
            error(baseline.position, "'" + std::string(condition.op->name) +
                                         "' needs a number, not '" + baseline.text + "'");
        }
        if (condition.op->group == ConditionGroup::pattern) {
            RE2::Options options;
            options.set_log_errors(false);
            const RE2 pattern(baseline.text, options);
            if (!pattern.ok()) {
                error(baseline.position, "the pattern '" + baseline.text +
                                             "' is not a regular expression: " + pattern.error());
            }
        }
    }

    DiagnosticSink& sink_;
    const std::string& where_;
};

}  // namespace

std::span<const ConditionOperator> condition_operators() {
    return operator_table;
}

Condition parse_condition(const YamlNode& node, std::span<const std::string_view> extra_keys,
                          DiagnosticSink& sink, const std::string& where) {
    return ConditionParser(sink, where).parse(node, extra_keys, 1);
}

}  // namespace goldsmith::documents
