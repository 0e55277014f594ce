// The operations of WorkflowFamily over runs of workflows and their steps, which the engine records
// while it builds.
#include "api/generated/imagebuilder/workflows_json.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/workflows.h"
#include "state/executions.h"
#include "state/images.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

template <class Enum>
std::optional<Enum> enum_of(const std::string& text) {
    Enum value{};
    return from_string(text, value) ? std::optional(value) : std::nullopt;
}

/// Runs belong to the account and region that their image's ARN names.
bool is_own(const api::CallContext& context, const std::string& image_arn) {
    const auto arn = api::Arn::parse(image_arn);
    return arn && arn->owner == context.account && arn->region == context.region;
}

state::WorkflowRunRow require_run(db::Connection& connection, const api::CallContext& context,
                                  const std::string& id) {
    auto run = state::find_workflow_run(connection, id);
    if (!run || !is_own(context, run->image_arn)) {
        throw ib::ResourceNotFoundException("The workflow execution '" + id + "' does not exist.");
    }
    return std::move(*run);
}

state::StepRunRow require_step(db::Connection& connection, const api::CallContext& context,
                               const std::string& id) {
    auto step = state::find_step_run(connection, id);
    if (!step || !is_own(context, step->image_arn)) {
        throw ib::ResourceNotFoundException("The workflow step execution '" + id +
                                            "' does not exist.");
    }
    return std::move(*step);
}

ib::WorkflowExecutionMetadata metadata_of(const state::WorkflowRunRow& run) {
    return {.workflow_build_version_arn = run.workflow_arn,
            .workflow_execution_id = run.id,
            .type = enum_of<ib::WorkflowType>(run.type),
            .status = enum_of<ib::WorkflowExecutionStatus>(run.status),
            .message = unless_empty(run.message),
            .total_step_count = run.total_steps,
            .total_steps_succeeded = run.succeeded_steps,
            .total_steps_failed = run.failed_steps,
            .total_steps_skipped = run.skipped_steps,
            .start_time = run.started_at,
            .end_time = run.ended_at,
            .parallel_group = unless_empty(run.parallel_group),
            .retried = run.retried};
}

ib::WorkflowStepMetadata metadata_of(const state::StepRunRow& step) {
    return {
        .step_execution_id = step.id,
        .name = step.name,
        .description = unless_empty(step.description),
        .action = step.action,
        .status = enum_of<ib::WorkflowStepExecutionStatus>(step.status),
        .rollback_status = enum_of<ib::WorkflowStepExecutionRollbackStatus>(step.rollback_status),
        .message = unless_empty(step.message),
        .inputs = unless_empty(step.inputs),
        .outputs = unless_empty(step.outputs),
        .start_time = step.started_at,
        .end_time = step.ended_at};
}

/// A page of rows that are read in their own order after the id of the last one.
template <class Request, class Fetch>
auto page_after(const api::PageTokens& tokens, const api::CallContext& context,
                std::string_view operation, const Request& request, Fetch fetch) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page =
        api::page_request<ib::InvalidPaginationTokenException>(tokens, scope, request);
    auto rows = fetch(page.after.value_or(""), static_cast<int>(page.limit) + 1);
    return api::cut_page(tokens, scope, page, std::move(rows),
                         [](const auto& row) { return row.id; });
}

}  // namespace

ib::GetWorkflowExecutionResponse WorkflowFamily::get_workflow_execution(
    const api::CallContext& context, const ib::GetWorkflowExecutionRequest& request) {
    const auto run = dependencies_.database.read([&](db::Connection& connection) {
        return require_run(connection, context, request.workflow_execution_id);
    });
    const auto metadata = metadata_of(run);
    return {.workflow_build_version_arn = metadata.workflow_build_version_arn,
            .workflow_execution_id = metadata.workflow_execution_id,
            .image_build_version_arn = run.image_arn,
            .type = metadata.type,
            .status = metadata.status,
            .message = metadata.message,
            .total_step_count = metadata.total_step_count,
            .total_steps_succeeded = metadata.total_steps_succeeded,
            .total_steps_failed = metadata.total_steps_failed,
            .total_steps_skipped = metadata.total_steps_skipped,
            .start_time = metadata.start_time,
            .end_time = metadata.end_time,
            .parallel_group = metadata.parallel_group};
}

ib::GetWorkflowStepExecutionResponse WorkflowFamily::get_workflow_step_execution(
    const api::CallContext& context, const ib::GetWorkflowStepExecutionRequest& request) {
    const auto step = dependencies_.database.read([&](db::Connection& connection) {
        return require_step(connection, context, request.step_execution_id);
    });
    const auto metadata = metadata_of(step);
    return {.step_execution_id = step.id,
            .workflow_build_version_arn = step.workflow_arn,
            .workflow_execution_id = step.workflow_run_id,
            .image_build_version_arn = step.image_arn,
            .name = step.name,
            .description = metadata.description,
            .action = step.action,
            .status = metadata.status,
            .rollback_status = metadata.rollback_status,
            .message = metadata.message,
            .inputs = metadata.inputs,
            .outputs = metadata.outputs,
            .start_time = step.started_at,
            .end_time = step.ended_at,
            .on_failure = unless_empty(step.on_failure),
            .timeout_seconds = static_cast<std::int32_t>(step.timeout_seconds)};
}

ib::ListWorkflowExecutionsResponse WorkflowFamily::list_workflow_executions(
    const api::CallContext& context, const ib::ListWorkflowExecutionsRequest& request) {
    const std::string& image = request.image_build_version_arn;
    return dependencies_.database.read([&](db::Connection& connection) {
        parse_arn("imageBuildVersionArn", image, api::ResourceType::image);
        if (!is_own(context, image) || !state::find_image(connection, image)) {
            throw_not_found(image);
        }
        auto page =
            page_after(dependencies_.page_tokens, context, "ListWorkflowExecutions", request,
                       [&](const std::string& after, int limit) {
                           return state::workflow_runs_of_image(connection, image, after, limit);
                       });
        std::vector<ib::WorkflowExecutionMetadata> items;
        for (const auto& run : page.items) {
            items.push_back(metadata_of(run));
        }
        return ib::ListWorkflowExecutionsResponse{.workflow_executions = std::move(items),
                                                  .image_build_version_arn = image,
                                                  .next_token = page.next_token};
    });
}

ib::ListWorkflowStepExecutionsResponse WorkflowFamily::list_workflow_step_executions(
    const api::CallContext& context, const ib::ListWorkflowStepExecutionsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto run = require_run(connection, context, request.workflow_execution_id);
        auto page =
            page_after(dependencies_.page_tokens, context, "ListWorkflowStepExecutions", request,
                       [&](const std::string& after, int limit) {
                           return state::step_runs_of_workflow(connection, run.id, after, limit);
                       });
        std::vector<ib::WorkflowStepMetadata> items;
        for (const auto& step : page.items) {
            items.push_back(metadata_of(step));
        }
        return ib::ListWorkflowStepExecutionsResponse{
            .steps = std::move(items),
            .workflow_build_version_arn = run.workflow_arn,
            .workflow_execution_id = run.id,
            .image_build_version_arn = run.image_arn,
            .message = unless_empty(run.message),
            .next_token = page.next_token};
    });
}

ib::ListWaitingWorkflowStepsResponse WorkflowFamily::list_waiting_workflow_steps(
    const api::CallContext& context, const ib::ListWaitingWorkflowStepsRequest& request) {
    const std::string prefix =
        "arn:aws:imagebuilder:" + context.region + ":" + context.account + ":image/";
    return dependencies_.database.read([&](db::Connection& connection) {
        auto page =
            page_after(dependencies_.page_tokens, context, "ListWaitingWorkflowSteps", request,
                       [&](const std::string& after, int limit) {
                           return state::waiting_step_runs(connection, prefix, after, limit);
                       });
        std::vector<ib::WorkflowStepExecution> items;
        for (const auto& step : page.items) {
            items.push_back({.step_execution_id = step.id,
                             .image_build_version_arn = step.image_arn,
                             .workflow_execution_id = step.workflow_run_id,
                             .workflow_build_version_arn = step.workflow_arn,
                             .name = step.name,
                             .action = step.action,
                             .start_time = step.started_at});
        }
        return ib::ListWaitingWorkflowStepsResponse{.steps = std::move(items),
                                                    .next_token = page.next_token};
    });
}

ib::SendWorkflowStepActionResponse WorkflowFamily::send_workflow_step_action(
    const api::CallContext& context, const ib::SendWorkflowStepActionRequest& request) {
    std::optional<std::string> execution;
    auto response = once(
        dependencies_.database, context, "SendWorkflowStepAction", request,
        [&](db::Transaction& transaction) {
            const auto step = require_step(transaction, context, request.step_execution_id);
            if (step.image_arn != request.image_build_version_arn) {
                throw ib::InvalidParameterValueException(
                    "The value supplied for parameter 'imageBuildVersionArn' is not valid. The "
                    "step belongs to '" +
                    step.image_arn + "'.");
            }
            const bool resume = request.action == ib::WorkflowStepActionType::resume;
            if (!state::answer_step(transaction, step.id, resume, request.reason.value_or(""),
                                    context.now)) {
                throw ib::ResourceInUseException("The step '" + step.id +
                                                 "' does not wait for an action (any more).");
            }
            execution = step.execution_id;
            return ib::SendWorkflowStepActionResponse{.step_execution_id = step.id,
                                                      .image_build_version_arn = step.image_arn,
                                                      .client_token = request.client_token};
        });
    if (execution && dependencies_.notify) {
        dependencies_.notify(*execution);
    }
    return response;
}

}  // namespace goldsmith::service::imagebuilder
