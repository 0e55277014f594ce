#include "service/iam/simulation.h"

#include <boost/json.hpp>

#include "api/generated/iam/simulation_json.h"
#include "db/database.h"
#include "policy/evaluate.h"
#include "service/authorization/identity.h"
#include "service/authorization/request_context.h"

namespace goldsmith::service::iam {

namespace model = api::iam;

namespace {

policy::NamedPolicy parsed(const std::string& name, const std::string& text, policy::Kind kind) {
    try {
        return {name, policy::Document::parse(text, kind)};
    } catch (const policy::PolicyError& error) {
        throw model::InvalidInput(name + ": " + error.what());
    }
}

/// As AWS names the policies of a simulation: "PolicyInputList.1".
void add_policies(std::vector<policy::NamedPolicy>& policies, const char* member,
                  const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        policies.push_back(parsed(std::string(member) + "." + std::to_string(i + 1), texts[i],
                                  policy::Kind::identity));
    }
}

template <class Request>
void add_context(policy::Context& context, const Request& request) {
    for (const auto& entry : request.context_entries.value_or(std::vector<model::ContextEntry>{})) {
        if (entry.context_key_name) {
            context.set(*entry.context_key_name,
                        entry.context_key_values.value_or(std::vector<std::string>{}));
        }
    }
}

std::string source_type(policy::Layer layer) {
    switch (layer) {
        case policy::Layer::boundary:
            return "IAM Permissions Boundary";
        case policy::Layer::resource:
        case policy::Layer::trust:
            return "Resource Policy";
        case policy::Layer::identity:
        case policy::Layer::session:
        case policy::Layer::root:
            break;
    }
    return "IAM Policy";
}

std::string account_of(const std::string& text) {
    const auto account = api::account_in_arn(text);
    return account.empty() ? text : account;
}

model::EvaluationResult result_of(const policy::Decision& decision, const std::string& action,
                                  const std::string& resource) {
    model::EvaluationResult result{
        .eval_action_name = action,
        .eval_resource_name = resource,
        .eval_decision = decision.allowed() ? model::DecisionType::allowed
                         : decision.outcome == policy::Outcome::explicitly_denied
                             ? model::DecisionType::explicit_deny
                             : model::DecisionType::implicit_deny,
        .matched_statements = std::vector<model::Statement>{},
        .missing_context_values = std::vector<std::string>{}};
    for (const auto& statement : decision.matched) {
        result.matched_statements->push_back({.source_policy_id = statement.policy,
                                              .source_policy_type = source_type(statement.layer)});
    }
    // AWS keeps this map for decisions across accounts; a key of our own is for people, and clients
    // pass over it.
    result.eval_decision_details =
        std::map<std::string, std::string>{{"Reason", decision.explain(action)}};
    return result;
}

/// Evaluates every action on every resource, one page of the answers.
template <class Response, class Request>
Response simulate(const Dependencies& dependencies, const api::CallContext& call,
                  std::string_view operation, const Request& request,
                  const authorization::Identity& identity, const policy::Context& context) {
    std::optional<policy::NamedPolicy> resource_policy;
    if (request.resource_policy) {
        resource_policy =
            parsed("ResourcePolicy", *request.resource_policy, policy::Kind::resource);
    }
    const std::string owner =
        request.resource_owner ? account_of(*request.resource_owner) : std::string();
    std::vector<model::EvaluationResult> results;
    for (const auto& action : request.action_names) {
        if (action.find(':') == std::string::npos || action.find('*') != std::string::npos) {
            throw model::InvalidInput("ActionNames: '" + action +
                                      "' is no action; name it in full, such as "
                                      "imagebuilder:GetImage.");
        }
        for (const auto& resource : request.resource_arns.value_or(std::vector<std::string>{"*"})) {
            const policy::Request asked{identity.caller, action, resource, owner, context};
            results.push_back(
                result_of(policy::evaluate(asked, identity.policies,
                                           resource_policy ? &*resource_policy : nullptr),
                          action, resource));
        }
    }
    Response response;
    const auto scope = api::page_scope(operation, call, request);
    auto page = page_of(dependencies, scope, request);
    const auto first = page.after ? std::stoul(*page.after) : 0UL;
    results.erase(results.begin(),
                  results.begin() + static_cast<std::ptrdiff_t>(std::min(first, results.size())));
    const std::string next = std::to_string(first + page.limit);
    response.evaluation_results = cut(dependencies, scope, page, response, std::move(results),
                                      [&](const model::EvaluationResult&) { return next; });
    return response;
}

template <class Request>
void add_boundaries(authorization::Identity& identity, const Request& request) {
    const auto texts =
        request.permissions_boundary_policy_input_list.value_or(std::vector<std::string>{});
    if (texts.size() > 1) {
        throw model::InvalidInput(
            "PermissionsBoundaryPolicyInputList takes one policy: an identity has one boundary.");
    }
    if (!texts.empty()) {
        identity.policies.boundary =
            parsed("PermissionsBoundaryPolicyInputList.1", texts.front(), policy::Kind::identity);
    }
}

}  // namespace

model::SimulateCustomPolicyResponse SimulationFamily::simulate_custom_policy(
    const api::CallContext& context, const model::SimulateCustomPolicyRequest& request) {
    authorization::Identity identity;
    identity.caller = {.kind = policy::CallerKind::user,
                       .account = context.account,
                       .arn = request.caller_arn.value_or("")};
    add_policies(identity.policies.identity, "PolicyInputList", request.policy_input_list);
    add_boundaries(identity, request);
    policy::Context keys;
    add_context(keys, request);
    return simulate<model::SimulateCustomPolicyResponse>(
        dependencies_, context, "SimulateCustomPolicy", request, identity, keys);
}

model::SimulatePrincipalPolicyResponse SimulationFamily::simulate_principal_policy(
    const api::CallContext& context, const model::SimulatePrincipalPolicyRequest& request) {
    auto identity = dependencies_.database.read([&](db::Connection& connection) {
        return api::account_in_arn(request.policy_source_arn) == context.account
                   ? authorization::load_identity_of_arn(connection, request.policy_source_arn)
                   : std::nullopt;
    });
    if (!identity || identity->caller.kind == policy::CallerKind::root) {
        throw model::NoSuchEntity("There is no user, group or role " + request.policy_source_arn +
                                  " in this account.");
    }
    add_policies(identity->policies.identity, "PolicyInputList",
                 request.policy_input_list.value_or(std::vector<std::string>{}));
    add_boundaries(*identity, request);
    policy::Context keys;
    authorization::add_caller_keys(keys, *identity);
    add_context(keys, request);
    return simulate<model::SimulatePrincipalPolicyResponse>(
        dependencies_, context, "SimulatePrincipalPolicy", request, *identity, keys);
}

}  // namespace goldsmith::service::iam
