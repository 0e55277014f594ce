#include "policy/decision.h"

namespace goldsmith::policy {

std::string_view to_string(Layer layer) {
    switch (layer) {
        case Layer::identity:
            return "identity-based policy";
        case Layer::boundary:
            return "permissions boundary";
        case Layer::session:
            return "session policy";
        case Layer::resource:
            return "resource-based policy";
        case Layer::trust:
            return "role trust policy";
        case Layer::root:
            break;
    }
    return "root user";
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::allowed:
            return "allowed";
        case Outcome::explicitly_denied:
            return "explicitDeny";
        case Outcome::implicitly_denied:
            break;
    }
    return "implicitDeny";
}

std::string StatementReference::describe() const {
    std::string text = "statement " + std::to_string(index + 1);
    if (!sid.empty()) {
        text += " (\"" + sid + "\")";
    }
    return text + " of the " + std::string(to_string(layer)) + " \"" + policy + "\"";
}

std::string Decision::reason(const std::string& action) const {
    const std::string name(to_string(layer));
    if (outcome == Outcome::explicitly_denied) {
        const bool vowel = layer == Layer::identity;
        return std::string("with an explicit deny in ") + (vowel ? "an " : "a ") + name;
    }
    return "because no " + name + " allows the " + action + " action";
}

std::string Decision::explain(const std::string& action) const {
    std::string text(to_string(outcome));
    if (layer == Layer::root && allowed()) {
        text += ": the root user may do everything in its own account\n";
    } else if (allowed()) {
        text += ": " + action + "\n";
    } else {
        text += ": " + reason(action) + "\n";
    }
    for (const StatementReference& statement : matched) {
        text += "  decided by " + statement.describe() + "\n";
    }
    for (const NearMiss& miss : near_misses) {
        text += "  " + miss.statement.describe() + " does not apply: " + miss.why + "\n";
    }
    return text;
}

}  // namespace goldsmith::policy
