// Evaluates a parsed condition: operands are expanded when they are needed, so that `and` and `or`
// stop early. Throws StepFailure when an operand cannot be resolved.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "documents/condition.h"

namespace goldsmith::guest {

using ExpandText = std::function<std::string(std::string_view text)>;

bool evaluate_condition(const documents::Condition& condition, const ExpandText& expand);

/// Simple Unicode case folding, then code points. Negative, 0 or positive.
int compare_ignoring_case(std::string_view a, std::string_view b);

}  // namespace goldsmith::guest
