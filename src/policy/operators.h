// The condition operators (StringEquals, NumericLessThan, IpAddress, ...) as one table. An operator
// compares one value of a policy with one value of a request; condition.h combines them. Constant,
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/pattern.h"

namespace goldsmith::policy {

struct Operator {
    std::string_view name;  // without ForAnyValue:, ForAllValues: and IfExists
    bool negated;           // StringNotEquals: holds when none of the values match
    bool wildcards;         // whether its values may hold `*` and `?`
    Match (*compare)(const Pattern& wanted, const std::string& present, const Context& context);
    /// What is wrong with a value of a policy that has no variables; empty: nothing.
    std::string (*problem)(const std::string& value);
};

/// Null when there is no such operator. `Null` is one whose comparison is never called.
const Operator* find_operator(std::string_view name);
/// The operator's name as it must be spelt, for one that was spelt in another case.
std::optional<std::string_view> spelling_of(std::string_view name);

}  // namespace goldsmith::policy
