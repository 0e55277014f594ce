// Document: a policy, parsed and checked. Used for identity policies (also boundaries and session
// policies), resource policies and trust policies; evaluate.h decides with them. Immutable,
// thread-safe; shared by pointer because caches keep them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/condition.h"
#include "policy/json_tree.h"
#include "policy/pattern.h"
#include "policy/principals.h"

namespace goldsmith::policy {

/// What a policy hangs on decides which members its statements must and must not have: identity
/// policies name resources and no principals, resource policies both, trust policies principals and
/// no resources.
enum class Kind { identity, resource, trust };

struct Statement {
    std::size_t index = 0;
    std::string sid{};
    bool allow = false;
    bool not_action = false;
    std::vector<Pattern> actions{};
    bool not_resource = false;
    std::vector<Pattern> resources{};  // empty in trust policies: they speak of their role
    bool not_principal = false;
    Principals principals{};
    std::vector<Condition> conditions{};
};

/// The longest policy that parse() reads, whatever its kind. Services have smaller limits.
inline constexpr std::size_t longest_policy_bytes = 131072;

class Document {
public:
    /// Throws PolicyError.
    static std::shared_ptr<const Document> parse(std::string_view text, Kind kind);

    Kind kind() const noexcept { return kind_; }
    const std::vector<Statement>& statements() const noexcept { return statements_; }

private:
    Kind kind_ = Kind::identity;
    std::vector<Statement> statements_;
};

/// The size that quotas of policies count: characters that are not white space.
std::size_t counted_size(std::string_view text);

}  // namespace goldsmith::policy
