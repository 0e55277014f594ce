#include "service/imagebuilder/workflow_references.h"

#include "api/generated/imagebuilder/workflows_json.h"
#include "documents/workflow_parser.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"
#include "workflow/managed.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

std::optional<ib::Workflow> find_managed(const api::Arn& arn) {
    const auto* workflow = workflow::find_managed_workflow(arn.slug);
    const auto pattern = arn.pattern();
    if (workflow == nullptr || !pattern ||
        documents::arn_name(workflow->type) != arn.workflow_type ||
        !pattern->matches(api::parse_version(workflow->version).value()) || arn.build > 1) {
        return std::nullopt;
    }
    return managed_workflow(*workflow, arn.region);
}

}  // namespace

ib::Workflow managed_workflow(const workflow::ManagedWorkflow& workflow, std::string_view region) {
    ib::Workflow result{.arn = workflow::managed_workflow_arn(workflow, region),
                        .name = std::string(workflow.name),
                        .version = std::string(workflow.version),
                        .description = std::string(workflow.description),
                        .owner = "Amazon",
                        .data = std::string(workflow.text)};
    ib::WorkflowType type{};
    from_string(documents::api_name(workflow.type), type);
    result.type = type;
    return result;
}

std::optional<ib::Workflow> find_workflow(db::Connection& connection,
                                          const api::CallContext& context, const api::Arn& arn) {
    if (arn.owner == "aws") {
        return arn.region == context.region ? find_managed(arn) : std::nullopt;
    }
    const auto row = resolve(connection, state::workflows(), context, arn);
    return row ? std::optional(from_body<ib::Workflow>(row->body)) : std::nullopt;
}

}  // namespace goldsmith::service::imagebuilder
