#include "policy/evaluate.h"

#include <algorithm>

namespace goldsmith::policy {
namespace {

/// Why a statement does not apply, in the order of checking.
enum class Mismatch { none, action, principal, resource, condition };

struct Applied {
    Mismatch mismatch = Mismatch::none;
    Named named = Named::exactly;
    const Condition* condition = nullptr;  // the one that failed
};

bool speaks_of_action(const Statement& statement, const Request& request) {
    const bool listed = std::ranges::any_of(statement.actions, [&](const Pattern& action) {
        return action.matches(request.action, request.context, true) == Match::yes;
    });
    return listed != statement.not_action;
}

bool speaks_of_resource(const Statement& statement, const Request& request) {
    if (statement.resources.empty()) {
        return true;
    }
    bool unresolved = false;
    for (const Pattern& resource : statement.resources) {
        const Match match = resource.matches(request.resource, request.context);
        if (match == Match::yes) {
            return !statement.not_resource;
        }
        unresolved = unresolved || match == Match::unresolved;
    }
    // What the request has no value for grants nothing.
    return statement.not_resource && !(unresolved && statement.allow);
}

Applied apply(const Statement& statement, const Request& request, Kind kind) {
    Applied applied;
    if (!speaks_of_action(statement, request)) {
        applied.mismatch = Mismatch::action;
        return applied;
    }
    if (kind != Kind::identity) {
        applied.named = statement.principals.match(request.caller);
        if (statement.not_principal) {
            applied.named = applied.named == Named::no ? Named::everybody : Named::no;
        }
        if (applied.named == Named::no) {
            applied.mismatch = Mismatch::principal;
            return applied;
        }
    }
    if (!speaks_of_resource(statement, request)) {
        applied.mismatch = Mismatch::resource;
        return applied;
    }
    for (const Condition& condition : statement.conditions) {
        if (!condition.holds(request.context, statement.allow)) {
            applied.mismatch = Mismatch::condition;
            applied.condition = &condition;
            return applied;
        }
    }
    return applied;
}

std::string present_values(const Context& context, const std::string& key) {
    const auto* values = context.find(key);
    if (values == nullptr) {
        return "the request has no " + key;
    }
    std::string text = "the request has";
    for (const std::string& value : *values) {
        text += " \"" + value + "\"";
    }
    return values->empty() ? text + " none" : text;
}

std::string why(const Applied& applied, const Request& request) {
    switch (applied.mismatch) {
        case Mismatch::principal:
            return "it does not name the caller " + request.caller.arn + request.caller.service;
        case Mismatch::resource:
            return "it does not speak of the resource " + request.resource;
        case Mismatch::condition:
            return "the condition " + applied.condition->name() + " wants " +
                   applied.condition->wanted() + ", " +
                   present_values(request.context, applied.condition->key());
        case Mismatch::none:
        case Mismatch::action:
            break;
    }
    return {};
}

/// What one layer says.
struct Verdict {
    Layer layer{};
    bool allows = false;
    bool denies = false;
    Named named = Named::no;  // the closest naming of an Allow
    std::vector<StatementReference> allowing{};
    std::vector<StatementReference> denying{};
};

class Evaluation {
public:
    explicit Evaluation(const Request& request) : request_(request) {}

    Verdict ask(Layer layer, const std::vector<NamedPolicy>& policies) {
        Verdict verdict{.layer = layer};
        for (const NamedPolicy& policy : policies) {
            ask(verdict, policy);
        }
        return verdict;
    }

    Verdict ask(Layer layer, const NamedPolicy& policy) {
        Verdict verdict{.layer = layer};
        ask(verdict, policy);
        return verdict;
    }

    std::vector<NearMiss> take_near_misses() { return std::move(near_misses_); }

private:
    void ask(Verdict& verdict, const NamedPolicy& policy) {
        for (const Statement& statement : policy.document->statements()) {
            const Applied applied = apply(statement, request_, policy.document->kind());
            if (applied.mismatch == Mismatch::action) {
                continue;
            }
            StatementReference reference{verdict.layer, policy.name, statement.index,
                                         statement.sid};
            if (applied.mismatch != Mismatch::none) {
                near_misses_.push_back({std::move(reference), why(applied, request_)});
            } else if (statement.allow) {
                verdict.allows = true;
                verdict.named = std::max(verdict.named, applied.named);
                verdict.allowing.push_back(std::move(reference));
            } else {
                verdict.denies = true;
                verdict.denying.push_back(std::move(reference));
            }
        }
    }

    const Request& request_;
    std::vector<NearMiss> near_misses_;
};

Decision silent(Layer layer) {
    return {.outcome = Outcome::implicitly_denied, .layer = layer};
}

Decision allowed(Verdict&& verdict) {
    return {.outcome = Outcome::allowed,
            .layer = verdict.layer,
            .matched = std::move(verdict.allowing)};
}

/// Every layer's verdict, and what follows from them.
struct Verdicts {
    Verdict identity;
    std::optional<Verdict> boundary{};
    std::optional<Verdict> session{};
    std::optional<Verdict> resource{};

    const Verdict* denying() const {
        for (const auto* each : {&boundary, &session, &resource}) {
            if (*each && (*each)->denies) {
                return &**each;
            }
        }
        return identity.denies ? &identity : nullptr;
    }

    /// The layer that limits the caller and does not allow; nothing when none does.
    std::optional<Layer> limit() const {
        if (session && !session->allows) {
            return Layer::session;
        }
        if (boundary && !boundary->allows) {
            return Layer::boundary;
        }
        return std::nullopt;
    }
};

/// Whether a resource policy of the same account is enough by itself: it must name the caller, not
/// only its account. What a role is given, its boundary and its session policy still limit; what a
/// user or a session is given by its own ARN, they do not.
bool grants_directly(const Verdict& resource, const Caller& caller, bool limited) {
    switch (resource.named) {
        case Named::exactly:
            return true;
        case Named::everybody:
        case Named::role:
            return caller.kind != CallerKind::session || !limited;
        case Named::no:
        case Named::account:
            break;
    }
    return false;
}

Decision within_account(Verdicts& verdicts, const Request& request, bool root) {
    const auto limit = verdicts.limit();
    const bool trust = verdicts.resource && verdicts.resource->layer == Layer::trust;
    if (trust && !verdicts.resource->allows) {
        return silent(Layer::trust);
    }
    if (verdicts.resource && verdicts.resource->allows &&
        grants_directly(*verdicts.resource, request.caller, limit.has_value())) {
        return allowed(std::move(*verdicts.resource));
    }
    if (root) {
        return limit ? silent(*limit) : Decision{.outcome = Outcome::allowed, .layer = Layer::root};
    }
    if (!verdicts.identity.allows) {
        return silent(Layer::identity);
    }
    return limit ? silent(*limit) : allowed(std::move(verdicts.identity));
}

Decision across_accounts(Verdicts& verdicts, bool root) {
    if (!root && !verdicts.identity.allows) {
        return silent(Layer::identity);
    }
    if (const auto limit = verdicts.limit()) {
        return silent(*limit);
    }
    if (!verdicts.resource || !verdicts.resource->allows) {
        return silent(verdicts.resource ? verdicts.resource->layer : Layer::resource);
    }
    return allowed(std::move(*verdicts.resource));
}

/// A service has no account and no identity policies: the resource must let it in.
bool is_own(const Request& request) {
    return request.caller.kind == CallerKind::service || request.resource_account.empty() ||
           request.resource_account == "aws" || request.resource_account == request.caller.account;
}

}  // namespace

Decision evaluate(const Request& request, const CallerPolicies& policies,
                  const NamedPolicy* resource_policy) {
    Evaluation evaluation(request);
    Verdicts verdicts{.identity = evaluation.ask(Layer::identity, policies.identity)};
    if (policies.boundary) {
        verdicts.boundary = evaluation.ask(Layer::boundary, *policies.boundary);
    }
    if (policies.session) {
        verdicts.session = evaluation.ask(Layer::session, *policies.session);
    }
    if (resource_policy != nullptr) {
        const bool trust = resource_policy->document->kind() == Kind::trust;
        verdicts.resource =
            evaluation.ask(trust ? Layer::trust : Layer::resource, *resource_policy);
    }
    Decision decision;
    const bool root = request.caller.kind == CallerKind::root;
    if (const Verdict* denying = verdicts.denying()) {
        decision = {.outcome = Outcome::explicitly_denied,
                    .layer = denying->layer,
                    .matched = denying->denying};
    } else {
        decision = is_own(request) ? within_account(verdicts, request, root)
                                   : across_accounts(verdicts, root);
    }
    decision.near_misses = evaluation.take_near_misses();
    return decision;
}

}  // namespace goldsmith::policy
