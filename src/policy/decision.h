// Decision: what the policies say about one request, and why. The reason is for people: which
// policy, which statement, which condition failed. A value.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::policy {

enum class Outcome { allowed, explicitly_denied, implicitly_denied };

/// The kinds of policies that take part, and what decides without one.
enum class Layer { identity, boundary, session, resource, trust, root };

/// "identity-based policy", as AWS words it.
std::string_view to_string(Layer layer);
/// "allowed", "explicitDeny", "implicitDeny": as SimulateCustomPolicy spells it.
std::string_view to_string(Outcome outcome);

struct StatementReference {
    Layer layer{};
    std::string policy{};  // its name
    std::size_t index = 0;
    std::string sid{};

    /// `statement 2 ("AllowBuilds") of the identity-based policy "dev"`.
    std::string describe() const;
};

/// A statement that speaks of the action and yet does not apply.
struct NearMiss {
    StatementReference statement{};
    std::string why{};  // `the condition StringEquals aws:username wants "a", the request has "b"`
};

struct Decision {
    Outcome outcome = Outcome::implicitly_denied;
    /// The layer that decided: that denies, that allows, or that is silent where it must allow.
    Layer layer = Layer::identity;
    std::vector<StatementReference> matched{};  // those that decided
    std::vector<NearMiss> near_misses{};

    bool allowed() const noexcept { return outcome == Outcome::allowed; }
    /// "because no identity-based policy allows the imagebuilder:GetImage action" or "with an
    /// explicit deny in a permissions boundary": the end of the message that AWS answers with. For
    /// decisions that do not allow.
    std::string reason(const std::string& action) const;
    /// Several lines for people: the outcome, what decided, what nearly did.
    std::string explain(const std::string& action) const;
};

}  // namespace goldsmith::policy
