#include "service/imagebuilder/workflows.h"

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/workflows_json.h"
#include "documents/diagnostics.h"
#include "documents/workflow_parser.h"
#include "service/body.h"
#include "service/imagebuilder/component_document.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/workflow_references.h"
#include "service/milliseconds.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

documents::WorkflowDocument parse(const ib::CreateWorkflowRequest& request) {
    const std::string& data = require_inline_data(request.data, request.uri);
    try {
        return documents::parse_workflow(
            data, "data", documents::workflow_type_of(to_string(request.type)).value());
    } catch (const documents::DocumentErrors& errors) {
        throw_bad_document(errors.what(), errors.to_string());
    }
}

std::vector<ib::WorkflowParameterDetail> parameters_of(
    const documents::WorkflowDocument& document) {
    std::vector<ib::WorkflowParameterDetail> details;
    for (const auto& parameter : document.parameters) {
        ib::WorkflowParameterDetail detail{.name = parameter.name,
                                           .type = std::string(name_of(parameter.type))};
        if (parameter.default_value) {
            detail.default_value = parameter.default_as_strings();
        }
        if (!parameter.description.empty()) {
            detail.description = parameter.description;
        }
        details.push_back(std::move(detail));
    }
    return details;
}

ib::Workflow workflow_of(const ib::CreateWorkflowRequest& request,
                         const documents::WorkflowDocument& document, const api::Arn& arn,
                         base::Time now) {
    return {.arn = arn.text(),
            .name = request.name,
            .version = arn.version,
            .description = request.description,
            .change_description = request.change_description,
            .type = request.type,
            .owner = owner_name(arn.owner),
            .data = request.data,
            .kms_key_id = request.kms_key_id,
            .date_created = now,
            .parameters = parameters_of(document)};
}

ib::CreateWorkflowResponse create(const Dependencies& dependencies, db::Connection& connection,
                                  const api::CallContext& context,
                                  const ib::CreateWorkflowRequest& request) {
    const api::Version version = require_version(request.semantic_version);
    const documents::WorkflowDocument document = parse(request);
    const auto& rows = state::workflows();
    api::Arn arn = api::make_workflow_arn(to_string(request.type), context.region, context.account,
                                          request.name, request.semantic_version, 0);
    state::VersionedRow row{
        .scope = own_scope(context),
        .slug = arn.workflow_type + "/" + arn.slug,
        .version = version,
        .digest = api::parameters_digest(
            to_json(request), {"name", "semanticVersion", "tags", "clientToken", "dryRun"}),
        .created_ms = to_ms(context.now)};
    const auto latest = resolve(connection, rows, context, arn);
    if (latest && latest->digest == row.digest) {
        throw ib::ResourceAlreadyExistsException("The workflow '" +
                                                 arn.with_build(latest->version.build).text() +
                                                 "' already exists with the same content.");
    }
    if (!latest) {
        require_quota(rows.count_versions(connection, row.scope), dependencies.quotas.workflows,
                      "workflows");
    }
    row.version.build = rows.take_build_number(connection, row.scope, row.slug, version);
    arn = arn.with_build(row.version.build);
    row.body = to_body(workflow_of(request, document, arn, context.now));
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    if (request.dry_run.value_or(false)) {
        throw ib::DryRunOperationException("Request would have succeeded, but dryRun flag is set.");
    }
    return {.client_token = request.client_token,
            .workflow_build_version_arn = arn.text(),
            .latest_version_references = latest_references(arn)};
}

}  // namespace

ib::CreateWorkflowResponse WorkflowFamily::create_workflow(
    const api::CallContext& context, const ib::CreateWorkflowRequest& request) {
    return once(dependencies_.database, context, "CreateWorkflow", request,
                [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::DeleteWorkflowResponse WorkflowFamily::delete_workflow(
    const api::CallContext& context, const ib::DeleteWorkflowRequest& request) {
    const std::string& text = request.workflow_build_version_arn;
    const api::Arn arn = parse_arn("workflowBuildVersionArn", text, api::ResourceType::workflow);
    require_own(arn);
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = arn.is_build() ? resolve_own(connection, state::workflows(), context, arn)
                                        : std::nullopt;
        if (!row) {
            throw_not_found(text);
        }
        if (pipeline_needs_workflow(connection, context, arn)) {
            throw_depended_on(text);
        }
        state::workflows().erase(connection, row->id);
        state::erase_tags(connection, text);
    });
    return {.workflow_build_version_arn = text};
}

ib::GetWorkflowResponse WorkflowFamily::get_workflow(const api::CallContext& context,
                                                     const ib::GetWorkflowRequest& request) {
    const api::Arn arn = parse_arn("workflowBuildVersionArn", request.workflow_build_version_arn,
                                   api::ResourceType::workflow);
    return dependencies_.database.read([&](db::Connection& connection) {
        auto workflow = find_workflow(connection, context, arn);
        if (!workflow) {
            throw_not_found(request.workflow_build_version_arn);
        }
        const auto found = api::Arn::parse(workflow->arn.value()).value();
        auto latest = latest_references(found);
        if (found.owner == "aws") {
            latest = {.latest_version_arn = latest.latest_version_arn};
        } else {
            workflow->tags = state::tags_of(connection, *workflow->arn);
        }
        return ib::GetWorkflowResponse{.workflow = std::move(workflow),
                                       .latest_version_references = std::move(latest)};
    });
}

}  // namespace goldsmith::service::imagebuilder
