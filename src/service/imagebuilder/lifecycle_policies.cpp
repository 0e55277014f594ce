// The operations of LifecycleFamily over policies.
#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/lifecycle_json.h"
#include "api/list_filters.h"
#include "service/body.h"
#include "service/imagebuilder/lifecycle.h"
#include "service/imagebuilder/lifecycle_rules.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/milliseconds.h"
#include "state/lifecycle.h"
#include "state/tags.h"
#include "state/timers.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

// The documentation writes these names with capitals and the other operations without.
constexpr api::FilterRule filter_rules[] = {{"name"}, {"status"}, {"Name"}, {"Status"}};

/// An enabled policy has a timer: its next run. It is moved only when there is none, so that an
/// update does not put a run off.
void set_next_run(const Dependencies& dependencies, db::Connection& connection,
                  const api::CallContext& context, const ib::LifecyclePolicy& policy) {
    const std::string& arn = policy.arn.value();
    if (policy.status == ib::LifecyclePolicyStatus::disabled) {
        state::clear_timer(connection, state::lifecycle_policy_timer, arn);
    } else if (!state::find_timer(connection, state::lifecycle_policy_timer, arn)) {
        state::set_timer(connection,
                         {.kind = std::string(state::lifecycle_policy_timer),
                          .subject = arn,
                          .scope = own_scope(context),
                          .due_ms = to_ms(context.now + dependencies.lifecycle_interval)});
    }
}

template <class Request>
void copy_settings(const Request& request, ib::LifecyclePolicy& policy) {
    policy.description = request.description;
    policy.status = request.status.value_or(ib::LifecyclePolicyStatus::enabled);
    policy.execution_role = request.execution_role;
    policy.resource_type = request.resource_type;
    policy.policy_details = request.policy_details;
    policy.resource_selection = request.resource_selection;
}

ib::CreateLifecyclePolicyResponse create(const Dependencies& dependencies,
                                         db::Connection& connection,
                                         const api::CallContext& context,
                                         const ib::CreateLifecyclePolicyRequest& request) {
    check_lifecycle_rules(request.resource_type, request.policy_details,
                          request.resource_selection);
    const auto& rows = state::lifecycle_policies();
    const api::Arn arn = api::make_arn(api::ResourceType::lifecycle_policy, context.region,
                                       context.account, request.name);
    if (rows.find(connection, own_scope(context), arn.slug)) {
        throw ib::ResourceAlreadyExistsException("The lifecycle policy '" + arn.text() +
                                                 "' already exists.");
    }
    require_quota(rows.count(connection, own_scope(context)),
                  dependencies.quotas.lifecycle_policies, "lifecycle policies");
    ib::LifecyclePolicy policy{
        .arn = arn.text(), .name = request.name, .date_created = context.now};
    copy_settings(request, policy);
    state::NamedRow row{.scope = own_scope(context),
                        .slug = arn.slug,
                        .created_ms = to_ms(context.now),
                        .body = to_body(policy)};
    rows.insert(connection, row);
    set_next_run(dependencies, connection, context, policy);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token, .lifecycle_policy_arn = arn.text()};
}

state::NamedRow require_row(db::Connection& connection, const api::CallContext& context,
                            const std::string& text) {
    const auto arn = parse_arn("lifecyclePolicyArn", text, api::ResourceType::lifecycle_policy);
    auto row = find_named(connection, state::lifecycle_policies(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return std::move(*row);
}

ib::LifecyclePolicy view(db::Connection& connection, const state::NamedRow& row) {
    auto policy = from_body<ib::LifecyclePolicy>(row.body);
    policy.tags = state::tags_of(connection, policy.arn.value());
    return policy;
}

ib::LifecyclePolicySummary summary_of(const ib::LifecyclePolicy& policy) {
    return {.arn = policy.arn,
            .name = policy.name,
            .description = policy.description,
            .status = policy.status,
            .execution_role = policy.execution_role,
            .resource_type = policy.resource_type,
            .date_created = policy.date_created,
            .date_updated = policy.date_updated,
            .date_last_run = policy.date_last_run,
            .tags = policy.tags};
}

}  // namespace

ib::CreateLifecyclePolicyResponse LifecycleFamily::create_lifecycle_policy(
    const api::CallContext& context, const ib::CreateLifecyclePolicyRequest& request) {
    return once(dependencies_.database, context, "CreateLifecyclePolicy", request,
                [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::UpdateLifecyclePolicyResponse LifecycleFamily::update_lifecycle_policy(
    const api::CallContext& context, const ib::UpdateLifecyclePolicyRequest& request) {
    return once(dependencies_.database, context, "UpdateLifecyclePolicy", request,
                [&](db::Connection& connection) {
                    check_lifecycle_rules(request.resource_type, request.policy_details,
                                          request.resource_selection);
                    const auto row = require_row(connection, context, request.lifecycle_policy_arn);
                    auto policy = from_body<ib::LifecyclePolicy>(row.body);
                    if (policy.resource_type != request.resource_type) {
                        throw ib::InvalidParameterCombinationException(
                            "The value supplied for parameter 'resourceType' is not valid. The "
                            "resource type of a policy cannot be changed: it is " +
                            std::string(to_string(policy.resource_type.value())) + ".");
                    }
                    copy_settings(request, policy);
                    policy.date_updated = context.now;
                    state::lifecycle_policies().update(connection, row.id, to_body(policy),
                                                       to_ms(context.now));
                    set_next_run(dependencies_, connection, context, policy);
                    return ib::UpdateLifecyclePolicyResponse{.lifecycle_policy_arn =
                                                                 request.lifecycle_policy_arn};
                });
}

ib::DeleteLifecyclePolicyResponse LifecycleFamily::delete_lifecycle_policy(
    const api::CallContext& context, const ib::DeleteLifecyclePolicyRequest& request) {
    const std::string& text = request.lifecycle_policy_arn;
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = require_row(connection, context, text);
        const auto last =
            state::page_lifecycle_executions(connection, text, state::from_the_newest, 1);
        if (!last.empty() && !last.front().ended_ms) {
            throw ib::ResourceDependencyException(
                "The lifecycle policy '" + text + "' has an execution in progress ('" +
                last.front().execution_id + "'): cancel it, or wait until it has ended.");
        }
        state::lifecycle_policies().erase(connection, row.id);
        state::clear_timer(connection, state::lifecycle_policy_timer, text);
        state::erase_lifecycle_executions_of(connection, text);
        state::erase_tags(connection, text);
    });
    return {.lifecycle_policy_arn = text};
}

ib::GetLifecyclePolicyResponse LifecycleFamily::get_lifecycle_policy(
    const api::CallContext& context, const ib::GetLifecyclePolicyRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_row(connection, context, request.lifecycle_policy_arn);
        return ib::GetLifecyclePolicyResponse{.lifecycle_policy = view(connection, row)};
    });
}

ib::ListLifecyclePoliciesResponse LifecycleFamily::list_lifecycle_policies(
    const api::CallContext& context, const ib::ListLifecyclePoliciesRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::lifecycle_policies().page(connection, own_scope(context), before, limit);
        };
        const auto keep = [&](const state::NamedRow& row) {
            const auto policy = from_body<ib::LifecyclePolicy>(row.body);
            return filters.matches([&](std::string_view name) {
                return std::vector<std::string>{
                    name == "name" || name == "Name"
                        ? policy.name.value()
                        : std::string(to_string(policy.status.value()))};
            });
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListLifecyclePolicies", request,
                              fetch, row_id, keep);
        std::vector<ib::LifecyclePolicySummary> items;
        for (const auto& row : page.items) {
            items.push_back(summary_of(view(connection, row)));
        }
        return ib::ListLifecyclePoliciesResponse{.lifecycle_policy_summary_list = std::move(items),
                                                 .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
