// Pattern: text of a policy that may hold wildcards (`*`, `?`) and policy variables
// (`${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`). The value of a variable is taken
// literally: a `*` in it is a star. Matching takes at most length of pattern times length of text
// steps, whatever the pattern. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/context.h"

namespace goldsmith::policy {

/// `unresolved`: the pattern names a variable that the request has no (single) value for.
enum class Match { no, yes, unresolved };

class Pattern {
public:
    struct Syntax {
        bool wildcards = true;
        bool variables = true;  // not in documents of version 2008-10-17
    };

    /// Throws base::Error when a variable is malformed.
    Pattern(std::string_view text, Syntax syntax);

    Match matches(std::string_view text, const Context& context, bool ignore_case = false) const;
    /// Each of the six parts of an ARN on its own: a wildcard does not reach beyond its part.
    Match matches_arn(std::string_view arn, const Context& context) const;
    /// The text with its variables replaced; nothing when one is unresolved. For patterns without
    /// wildcards.
    std::optional<std::string> value(const Context& context) const;

    bool has_variables() const noexcept { return has_variables_; }
    const std::string& text() const noexcept { return text_; }

private:
    /// A byte, or one of the wildcards.
    using Unit = std::uint16_t;
    using Units = std::vector<Unit>;
    struct Variable {
        std::size_t position;  // in units_
        std::string key;
        std::optional<std::string> default_value;
    };

    void read_variable(std::string_view inside);
    std::optional<Units> resolve(const Context& context) const;
    static bool match(const Unit* begin, const Unit* end, std::string_view text, bool ignore_case);

    std::string text_;
    Units units_;
    std::vector<Variable> variables_;
    bool has_variables_ = false;
};

}  // namespace goldsmith::policy
