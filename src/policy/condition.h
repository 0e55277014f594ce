// Condition: one `"Operator": {"key": values}` of a statement. A statement applies when all of its
// conditions hold. Immutable, thread-safe.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "policy/context.h"
#include "policy/operators.h"
#include "policy/pattern.h"

namespace goldsmith::policy {

class Condition {
public:
    /// Reads the value of a `Condition` member. Throws PolicyError.
    static std::vector<Condition> read_block(const boost::json::value& block,
                                             const std::string& path, bool variables);

    /// `allows` says what the statement would do: a value whose variable is unresolved never makes
    /// a negated condition of an Allow hold, so that what is missing grants nothing.
    bool holds(const Context& context, bool allows) const;

    /// For people: `StringEquals aws:username`.
    std::string name() const;
    /// For people: `"a" or "b"`.
    std::string wanted() const;
    const std::string& key() const noexcept { return key_; }

private:
    enum class Qualifier { none, any_value, all_values };

    Condition() = default;
    static Condition read_operator(std::string_view name, const std::string& path);
    void read_values(const boost::json::value& values, const std::string& path, bool variables);
    bool one_holds(const std::string& present, const Context& context, bool allows) const;
    bool null_holds(const Context& context) const;

    const Operator* operator_ = nullptr;
    Qualifier qualifier_ = Qualifier::none;
    bool if_exists_ = false;
    std::string key_;
    std::vector<Pattern> values_;
};

}  // namespace goldsmith::policy
