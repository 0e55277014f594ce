// The operations of LifecycleFamily over executions, of policies and of StartResourceStateUpdate.
#include <charconv>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/lifecycle_json.h"
#include "db/database.h"
#include "service/imagebuilder/lifecycle.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/milliseconds.h"
#include "state/images.h"
#include "state/lifecycle.h"
#include "state/timers.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

template <class Enum>
Enum enum_of(const std::string& text) {
    Enum value{};
    from_string(text, value);
    return value;
}

std::optional<base::Time> time_of(const std::optional<std::int64_t>& ms) {
    return ms ? std::optional(from_ms(*ms)) : std::nullopt;
}

state::LifecycleExecutionRow require_execution(db::Connection& connection,
                                               const api::CallContext& context,
                                               const std::string& id) {
    auto row = state::find_lifecycle_execution(connection, id);
    if (!row || row->scope != own_scope(context)) {
        throw ib::ResourceNotFoundException("The lifecycle execution '" + id + "' does not exist.");
    }
    return std::move(*row);
}

ib::LifecycleExecutionState state_of(const state::LifecycleExecutionRow& row) {
    return {.status = enum_of<ib::LifecycleExecutionStatus>(row.status), .reason = row.reason};
}

ib::LifecycleExecution view(db::Connection& connection, const state::LifecycleExecutionRow& row) {
    return {.lifecycle_execution_id = row.execution_id,
            .lifecycle_policy_arn = row.policy_arn,
            .resources_impacted_summary =
                ib::LifecycleExecutionResourcesImpactedSummary{
                    .has_impacted_resources =
                        state::has_changed_lifecycle_resource(connection, row.execution_id)},
            .state = state_of(row),
            .start_time = from_ms(row.started_ms),
            .end_time = time_of(row.ended_ms)};
}

ib::LifecycleExecutionResource view(const state::LifecycleResourceRow& row) {
    ib::LifecycleExecutionResource resource{
        .account_id = row.scope.account,
        .resource_id = row.resource_id,
        .state =
            ib::LifecycleExecutionResourceState{
                .status = enum_of<ib::LifecycleExecutionResourceStatus>(row.status),
                .reason = row.reason},
        .action =
            ib::LifecycleExecutionResourceAction{
                .name = enum_of<ib::LifecycleExecutionResourceActionName>(row.action),
                .reason = row.action_reason},
        .region = row.scope.region,
        .start_time = from_ms(row.started_ms),
        .end_time = time_of(row.ended_ms)};
    if (row.snapshots) {
        resource.snapshots = api::read<std::vector<ib::LifecycleExecutionSnapshotResource>>(
            boost::json::parse(*row.snapshots));
    }
    return resource;
}

/// The policy or image whose executions are listed must be there, and the caller's.
void require_subject(db::Connection& connection, const api::CallContext& context,
                     const std::string& text) {
    const auto arn = api::Arn::parse(text);
    if (arn && arn->type == api::ResourceType::lifecycle_policy) {
        if (!find_named(connection, state::lifecycle_policies(), context, *arn)) {
            throw_not_found(text);
        }
        return;
    }
    if (!arn || arn->type != api::ResourceType::image || !arn->is_build()) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter 'resourceArn' is not valid. Expected the ARN of a "
            "lifecycle policy or of an image build version, got '" +
            text + "'.");
    }
    // An image that an execution has deleted still has its executions.
    const bool known =
        arn->owner == context.account && arn->region == context.region &&
        (state::find_image(connection, text) ||
         !state::page_lifecycle_executions(connection, text, state::from_the_newest, 1).empty());
    if (!known) {
        throw_not_found(text);
    }
}

}  // namespace

ib::CancelLifecycleExecutionResponse LifecycleFamily::cancel_lifecycle_execution(
    const api::CallContext& context, const ib::CancelLifecycleExecutionRequest& request) {
    const std::string& id = request.lifecycle_execution_id;
    return once(dependencies_.database, context, "CancelLifecycleExecution", request,
                [&](db::Connection& connection) {
                    const auto row = require_execution(connection, context, id);
                    if (row.status == "PENDING") {
                        state::set_lifecycle_status(connection, id, "CANCELLED", std::nullopt,
                                                    to_ms(context.now));
                        state::clear_timer(connection, state::lifecycle_execution_timer, id);
                    } else if (row.status == "IN_PROGRESS") {
                        state::set_lifecycle_status(connection, id, "CANCELLING", std::nullopt,
                                                    std::nullopt);
                    } else {
                        throw ib::InvalidRequestException(
                            "The lifecycle execution '" + id + "' is " + row.status +
                            ": only one that is PENDING or IN_PROGRESS can be cancelled.");
                    }
                    return ib::CancelLifecycleExecutionResponse{.lifecycle_execution_id = id};
                });
}

ib::GetLifecycleExecutionResponse LifecycleFamily::get_lifecycle_execution(
    const api::CallContext& context, const ib::GetLifecycleExecutionRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_execution(connection, context, request.lifecycle_execution_id);
        return ib::GetLifecycleExecutionResponse{.lifecycle_execution = view(connection, row)};
    });
}

ib::ListLifecycleExecutionsResponse LifecycleFamily::list_lifecycle_executions(
    const api::CallContext& context, const ib::ListLifecycleExecutionsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        require_subject(connection, context, request.resource_arn);
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_lifecycle_executions(connection, request.resource_arn, before,
                                                    limit);
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListLifecycleExecutions",
                              request, fetch, row_id, [](const auto&) { return true; });
        std::vector<ib::LifecycleExecution> items;
        for (const auto& row : page.items) {
            items.push_back(view(connection, row));
        }
        return ib::ListLifecycleExecutionsResponse{.lifecycle_executions = std::move(items),
                                                   .next_token = page.next_token};
    });
}

ib::ListLifecycleExecutionResourcesResponse LifecycleFamily::list_lifecycle_execution_resources(
    const api::CallContext& context, const ib::ListLifecycleExecutionResourcesRequest& request) {
    const auto scope = api::page_scope("ListLifecycleExecutionResources", context, request);
    const auto page = api::page_request<ib::InvalidPaginationTokenException>(
        dependencies_.page_tokens, scope, request);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto execution =
            require_execution(connection, context, request.lifecycle_execution_id);
        std::int64_t after = 0;
        if (page.after) {
            std::from_chars(page.after->data(), page.after->data() + page.after->size(), after);
        }
        auto cut =
            api::cut_page(dependencies_.page_tokens, scope, page,
                          state::page_lifecycle_resources(connection, execution.execution_id,
                                                          request.parent_resource_id.value_or(""),
                                                          after, static_cast<int>(page.limit) + 1),
                          [](const auto& row) { return std::to_string(row.id); });
        std::vector<ib::LifecycleExecutionResource> items;
        for (const auto& row : cut.items) {
            items.push_back(view(row));
        }
        return ib::ListLifecycleExecutionResourcesResponse{
            .lifecycle_execution_id = execution.execution_id,
            .lifecycle_execution_state = state_of(execution),
            .resources = std::move(items),
            .next_token = cut.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
