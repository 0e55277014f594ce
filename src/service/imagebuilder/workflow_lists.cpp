// The List operations over workflows of WorkflowFamily.
#include <algorithm>

#include "api/generated/imagebuilder/workflows_json.h"
#include "api/list_filters.h"
#include "db/database.h"
#include "service/body.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/workflow_references.h"
#include "service/imagebuilder/workflows.h"
#include "state/tags.h"
#include "workflow/managed.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"description"}, {"name"}, {"type"}, {"version", api::Match::version}};

/// One workflow in a list, whether it is a row or a document inside the program.
struct Item {
    std::int64_t key = 0;  // descending
    ib::Workflow workflow{};
    api::Arn arn{};
    bool highest = true;  // of its name
};

Item item_of(std::int64_t key, ib::Workflow workflow) {
    api::Arn arn = api::Arn::parse(workflow.arn.value()).value();
    return {.key = key, .workflow = std::move(workflow), .arn = std::move(arn)};
}

std::vector<Item> managed_items(const api::CallContext& context, std::int64_t before, int limit) {
    std::vector<Item> items;
    const auto managed = workflow::managed_workflows();
    for (std::size_t i = managed.size(); i > 0; --i) {
        const auto key = static_cast<std::int64_t>(i);
        if (key < before && items.size() < static_cast<std::size_t>(limit)) {
            items.push_back(item_of(key, managed_workflow(managed[i - 1], context.region)));
        }
    }
    return items;
}

std::vector<Item> own_versions(db::Connection& connection, const api::CallContext& context,
                               std::int64_t before, int limit) {
    std::vector<Item> items;
    const auto& rows = state::workflows();
    for (const auto& row : rows.page_versions(connection, own_scope(context), before, limit)) {
        items.push_back(item_of(row.version_order, from_body<ib::Workflow>(row.body)));
        items.back().highest =
            rows.versions(connection, row.scope, row.slug).front() == row.version;
    }
    return items;
}

std::vector<Item> own_builds(db::Connection& connection, const api::CallContext& context,
                             std::int64_t before, int limit) {
    std::vector<Item> items;
    for (const auto& row : state::workflows().page_builds(connection, own_scope(context),
                                                          std::nullopt, before, limit)) {
        items.push_back(item_of(row.id, from_body<ib::Workflow>(row.body)));
    }
    return items;
}

std::vector<std::string> filter_values(const ib::Workflow& workflow, std::string_view name) {
    if (name == "type") {
        return {std::string(to_string(workflow.type.value()))};
    }
    const auto& value = name == "name"      ? workflow.name
                        : name == "version" ? workflow.version
                                            : workflow.description;
    return value ? std::vector<std::string>{*value} : std::vector<std::string>{};
}

ib::WorkflowVersion version_item(const Item& item, bool by_name) {
    return {
        .arn = by_name ? item.arn.with_version("x.x.x").text() : item.arn.without_build().text(),
        .name = item.workflow.name,
        .version = by_name ? std::optional<std::string>("x.x.x") : item.workflow.version,
        .description = item.workflow.description,
        .type = item.workflow.type,
        .owner = item.workflow.owner,
        .date_created = item.workflow.date_created};
}

ib::WorkflowSummary build_item(db::Connection& connection, const Item& item) {
    return {.arn = item.workflow.arn,
            .name = item.workflow.name,
            .version = item.workflow.version,
            .description = item.workflow.description,
            .change_description = item.workflow.change_description,
            .type = item.workflow.type,
            .owner = item.workflow.owner,
            .state = item.workflow.state,
            .date_created = item.workflow.date_created,
            .tags = state::tags_of(connection, item.arn.text())};
}

constexpr auto item_key = [](const Item& item) { return item.key; };

}  // namespace

ib::ListWorkflowsResponse WorkflowFamily::list_workflows(const api::CallContext& context,
                                                         const ib::ListWorkflowsRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    const auto owner = request.owner.value_or(ib::Ownership::self);
    if (owner == ib::Ownership::shared || owner == ib::Ownership::third_party) {
        throw ib::InvalidRequestException(
            "The value supplied for parameter 'owner' is not valid. Workflows have the owners "
            "Self and Amazon.");
    }
    const bool by_name = request.by_name.value_or(false);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            if (owner == ib::Ownership::amazon) {
                return managed_items(context, before, limit);
            }
            return owner == ib::Ownership::self ? own_versions(connection, context, before, limit)
                                                : std::vector<Item>{};
        };
        const auto keep = [&](const Item& item) {
            return (!by_name || item.highest) && filters.matches([&](std::string_view name) {
                return filter_values(item.workflow, name);
            });
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListWorkflows", request, fetch,
                              item_key, keep);
        std::vector<ib::WorkflowVersion> items;
        for (const Item& item : page.items) {
            items.push_back(version_item(item, by_name));
        }
        return ib::ListWorkflowsResponse{.workflow_version_list = std::move(items),
                                         .next_token = page.next_token};
    });
}

ib::ListWorkflowBuildVersionsResponse WorkflowFamily::list_workflow_build_versions(
    const api::CallContext& context, const ib::ListWorkflowBuildVersionsRequest& request) {
    std::optional<api::Arn> version;
    if (request.workflow_version_arn) {
        version = parse_arn("workflowVersionArn", *request.workflow_version_arn,
                            api::ResourceType::workflow);
    }
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return version && version->owner == "aws"
                       ? managed_items(context, before, limit)
                       : own_builds(connection, context, before, limit);
        };
        const auto keep = [&](const Item& item) {
            return !version || refers_to(*version, item.arn);
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListWorkflowBuildVersions",
                              request, fetch, item_key, keep);
        std::vector<ib::WorkflowSummary> items;
        for (const Item& item : page.items) {
            items.push_back(build_item(connection, item));
        }
        return ib::ListWorkflowBuildVersionsResponse{.workflow_summary_list = std::move(items),
                                                     .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
