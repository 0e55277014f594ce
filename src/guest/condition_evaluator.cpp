#include "guest/condition_evaluator.h"

#include <re2/re2.h>
#include <sys/stat.h>

#include <algorithm>
#include <compare>

#include "base/process.h"
#include "documents/condition_number.h"
#include "documents/expression.h"
#include "guest/case_folding.h"
#include "guest/file_digest.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {

using documents::Condition;
using documents::ConditionGroup;
using documents::ConditionOperand;

namespace {

/// The code point at `at`, which moves behind it. Broken UTF-8 counts byte by byte.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&text](std::size_t index) -> char32_t {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
    };
    const char32_t first = byte(at);
    std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) {
            ++at;
            return first;
        }
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    at += length;
    return code;
}

/// Which results of a three-way comparison an operator accepts, by its name's ending.
template <typename Order>
bool accepts(std::string_view name, Order order) {
    if (name.ends_with("LessThan")) {
        return order < 0;
    }
    if (name.ends_with("LessThanEquals")) {
        return order <= 0;
    }
    if (name.ends_with("GreaterThan")) {
        return order > 0;
    }
    if (name.ends_with("GreaterThanEquals")) {
        return order >= 0;
    }
    return order == 0;
}

bool has_kind(const std::string& path, mode_t kind) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IFMT) == kind;
}

bool is_file(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode);
}

/// Whatever `type NAME` finds in bash: programs, builtins, keywords, functions of the environment.
bool binary_exists(const std::string& name) {
    if (base::find_program("bash")) {
        base::Command command;
        command.program = "bash";
        command.arguments = {"-c", "type -- \"$1\"", "bash", name};
        return base::run(command).status.success();
    }
    return base::find_program(name).has_value();
}

class Evaluator {
public:
    explicit Evaluator(const ExpandText& expand) : expand_(expand) {}

    bool evaluate(const Condition& condition) const {
        const auto is_true = [this](const Condition& operand) { return evaluate(operand); };
        switch (condition.op->group) {
            case ConditionGroup::all_of:
                return std::ranges::all_of(condition.operands, is_true);
            case ConditionGroup::any_of:
                return std::ranges::any_of(condition.operands, is_true);
            case ConditionGroup::negation:
                return !evaluate(condition.operands.front());
            case ConditionGroup::text_unary:
                return text_unary(condition);
            case ConditionGroup::text:
                return accepts(condition.op->name, compare_ignoring_case(text(condition.value),
                                                                         text(condition.baseline)));
            case ConditionGroup::pattern:
                return pattern(condition);
            case ConditionGroup::number:
                return number(condition);
            case ConditionGroup::existence:
                return existence(condition);
            case ConditionGroup::digest:
                return digest(condition);
        }
        return false;
    }

private:
    std::string text(const ConditionOperand& operand) const { return expand_(operand.text); }

    bool text_unary(const Condition& condition) const {
        const std::string value = text(condition.baseline);
        if (condition.op->name == "stringIsEmpty") {
            return value.empty();
        }
        return !value.empty() && value.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
    }

    bool pattern(const Condition& condition) const {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_case_sensitive(false);
        const std::string source = text(condition.baseline);
        const RE2 compiled(source, options);
        if (!compiled.ok()) {
            throw StepFailure("the pattern '" + source +
                              "' is not a regular expression: " + compiled.error());
        }
        return RE2::PartialMatch(text(condition.value), compiled);
    }

    std::optional<documents::Decimal> decimal(const ConditionOperand& operand) const {
        // Text that came from a reference has lost whatever quotes it had.
        const bool literal = !documents::has_expression(operand.text);
        return documents::parse_decimal(text(operand), operand.plain && literal);
    }

    bool number(const Condition& condition) const {
        const auto value = decimal(condition.value);
        const auto baseline = decimal(condition.baseline);
        if (!baseline) {
            throw StepFailure("'" + std::string(condition.op->name) + "' needs a number, not '" +
                              text(condition.baseline) + "'");
        }
        return value && accepts(condition.op->name, *value <=> *baseline);
    }

    bool existence(const Condition& condition) const {
        const std::string name = text(condition.baseline);
        if (condition.op->name == "binaryExists") {
            return binary_exists(name);
        }
        return condition.op->name == "folderExists" ? has_kind(name, S_IFDIR) : is_file(name);
    }

    bool digest(const Condition& condition) const {
        std::string_view algorithm = condition.op->name;  // fileSHA256Equals
        algorithm.remove_prefix(std::string_view("file").size());
        algorithm.remove_suffix(std::string_view("Equals").size());
        const auto actual = file_digest_hex(algorithm, text(condition.value));
        return actual && equal_hex(*actual, text(condition.baseline));
    }

    const ExpandText& expand_;
};

}  // namespace

int compare_ignoring_case(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const char32_t x = fold_case(next_code_point(a, i));
        const char32_t y = fold_case(next_code_point(b, j));
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return static_cast<int>(i < a.size()) - static_cast<int>(j < b.size());
}

bool evaluate_condition(const Condition& condition, const ExpandText& expand) {
    return Evaluator(expand).evaluate(condition);
}

}  // namespace goldsmith::guest
