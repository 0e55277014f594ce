#include "service/imagebuilder/components.h"

#include "api/generated/imagebuilder/components_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/list_filters.h"
#include "service/body.h"
#include "service/imagebuilder/component_document.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/prepared.h"
#include "service/imagebuilder/references.h"
#include "service/imagebuilder/shared_lists.h"
#include "service/imagebuilder/sharing.h"
#include "service/milliseconds.h"
#include "state/resource_policies.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr api::FilterRule filter_rules[] = {{"description"}, {"name"},
                                            {"platform"},    {"supportedOsVersion"},
                                            {"type"},        {"version", api::Match::version}};

/// What makes a build differ from another: everything but the version's name and its tags.
std::string content_digest(const ib::CreateComponentRequest& request) {
    return api::parameters_digest(to_json(request),
                                  {"name", "semanticVersion", "tags", "clientToken", "dryRun"});
}

ib::Component component_of(const ib::CreateComponentRequest& request,
                           const ComponentContent& content, const api::Arn& arn, base::Time now) {
    return {.arn = arn.text(),
            .name = request.name,
            .version = arn.version,
            .description = request.description,
            .change_description = request.change_description,
            .type = content.type,
            .platform = request.platform,
            .supported_os_versions = request.supported_os_versions,
            .state = ib::ComponentState{.status = ib::ComponentStatus::active},
            .parameters = content.parameters,
            .owner = owner_name(arn.owner),
            .data = content.data,
            .kms_key_id = request.kms_key_id,
            .encrypted = true,
            .date_created = now,
            .obfuscate = false};
}

std::vector<std::string> filter_values(const ib::Component& component, std::string_view name) {
    const auto one = [](const std::optional<std::string>& value) {
        return value ? std::vector<std::string>{*value} : std::vector<std::string>{};
    };
    if (name == "description") {
        return one(component.description);
    }
    if (name == "name") {
        return one(component.name);
    }
    if (name == "version") {
        return one(component.version);
    }
    if (name == "platform") {
        return {std::string(to_string(component.platform.value()))};
    }
    if (name == "type") {
        return {std::string(to_string(component.type.value()))};
    }
    return component.supported_os_versions.value_or(std::vector<std::string>{});
}

ib::ComponentVersion version_item(const ib::Component& component, bool by_name) {
    const auto arn = api::Arn::parse(component.arn.value()).value();
    return {.arn = by_name ? arn.with_version("x.x.x").text() : arn.without_build().text(),
            .name = component.name,
            .version = by_name ? std::optional<std::string>("x.x.x") : component.version,
            .description = component.description,
            .platform = component.platform,
            .supported_os_versions = component.supported_os_versions,
            .type = component.type,
            .owner = component.owner,
            .date_created = component.date_created,
            .status = component.state ? component.state->status : std::nullopt};
}

ib::ComponentSummary build_item(db::Connection& connection, const ib::Component& component) {
    return {.arn = component.arn,
            .name = component.name,
            .version = component.version,
            .platform = component.platform,
            .supported_os_versions = component.supported_os_versions,
            .state = component.state,
            .type = component.type,
            .owner = component.owner,
            .description = component.description,
            .change_description = component.change_description,
            .date_created = component.date_created,
            .tags = state::tags_of(connection, component.arn.value()),
            .obfuscate = component.obfuscate};
}

}  // namespace

NewComponent prepare_component(const Dependencies& dependencies,
                               const ib::CreateComponentRequest& request) {
    NewComponent prepared{.version = require_version(request.semantic_version),
                          .content = component_content(request),
                          .digest = content_digest(request)};
    if (static_cast<std::int64_t>(prepared.content.parameters.size()) >
        dependencies.quotas.parameters_per_component) {
        throw ib::ServiceQuotaExceededException(
            "A component can have at most " +
            std::to_string(dependencies.quotas.parameters_per_component) +
            " parameters (quota of parameters per component).");
    }
    return prepared;
}

ib::CreateComponentResponse insert_component(const Dependencies& dependencies,
                                             db::Connection& connection,
                                             const api::CallContext& context,
                                             const ib::CreateComponentRequest& request,
                                             const NewComponent& prepared) {
    const auto& rows = state::components();
    state::VersionedRow row{.scope = own_scope(context),
                            .slug = api::slug_of(request.name),
                            .version = prepared.version,
                            .digest = prepared.digest,
                            .created_ms = to_ms(context.now)};
    api::Arn arn = api::make_arn(api::ResourceType::component, context.region, context.account,
                                 request.name, request.semantic_version);
    const auto latest = resolve(connection, rows, context, arn);
    if (latest && latest->digest == row.digest) {
        throw ib::ResourceAlreadyExistsException("The component '" +
                                                 arn.with_build(latest->version.build).text() +
                                                 "' already exists with the same content.");
    }
    if (!latest) {
        require_quota(rows.count_versions(connection, row.scope), dependencies.quotas.components,
                      "components");
    }
    row.version.build = rows.take_build_number(connection, row.scope, row.slug, prepared.version);
    arn = arn.with_build(row.version.build);
    row.body = to_body(component_of(request, prepared.content, arn, context.now));
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    if (request.dry_run.value_or(false)) {
        throw ib::DryRunOperationException("Request would have succeeded, but dryRun flag is set.");
    }
    return {.client_token = request.client_token,
            .component_build_version_arn = arn.text(),
            .latest_version_references = latest_references(arn)};
}

ib::CreateComponentResponse ComponentFamily::create_component(
    const api::CallContext& context, const ib::CreateComponentRequest& request) {
    const Prepared prepared([&] { return prepare_component(dependencies_, request); });
    return once(dependencies_.database, context, "CreateComponent", request,
                [&](db::Connection& connection) {
                    return insert_component(dependencies_, connection, context, request,
                                            prepared.get());
                });
}

ib::DeleteComponentResponse ComponentFamily::delete_component(
    const api::CallContext& context, const ib::DeleteComponentRequest& request) {
    const api::Arn arn = parse_arn("componentBuildVersionArn", request.component_build_version_arn,
                                   api::ResourceType::component);
    require_own(arn);
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = arn.is_build() ? resolve_own(connection, state::components(), context, arn)
                                        : std::nullopt;
        if (!row) {
            throw_not_found(request.component_build_version_arn);
        }
        if (is_shared(connection, arn.text()) || recipe_needs_component(connection, context, arn)) {
            throw_depended_on(request.component_build_version_arn);
        }
        state::components().erase(connection, row->id);
        state::erase_resource_policy(connection, arn.text());
        state::erase_tags(connection, arn.text());
    });
    return {.component_build_version_arn = request.component_build_version_arn};
}

ib::GetComponentResponse ComponentFamily::get_component(const api::CallContext& context,
                                                        const ib::GetComponentRequest& request) {
    const api::Arn arn = parse_arn("componentBuildVersionArn", request.component_build_version_arn,
                                   api::ResourceType::component);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = resolve(connection, state::components(), context, arn);
        if (!row) {
            throw_not_found(request.component_build_version_arn);
        }
        auto component = from_body<ib::Component>(row->body);
        component.tags = state::tags_of(connection, component.arn.value());
        const auto references = latest_references(api::Arn::parse(component.arn.value()).value());
        return ib::GetComponentResponse{.component = std::move(component),
                                        .latest_version_references = references};
    });
}

ib::ListComponentsResponse ComponentFamily::list_components(
    const api::CallContext& context, const ib::ListComponentsRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    const bool by_name = request.by_name.value_or(false);
    if (by_name && filters.values("version") != nullptr) {
        throw ib::InvalidParameterCombinationException(
            "'byName' and the filter 'version' cannot be used together.");
    }
    const auto scope = scope_of_owner(context, request.owner);
    const bool shared = request.owner == ib::Ownership::shared;
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto& rows = state::components();
        const auto fetch = [&](std::int64_t before, int limit) {
            return scope ? rows.page_versions(connection, *scope, before, limit)
                         : std::vector<state::VersionedRow>{};
        };
        const auto keep = [&](const state::VersionedRow& row) {
            const auto component = from_body<ib::Component>(row.body);
            const bool shown =
                !by_name || shared ||
                rows.versions(connection, row.scope, row.slug).front() == row.version;
            return shown && filters.matches([&](std::string_view name) {
                return filter_values(component, name);
            });
        };
        auto page = shared
                        ? shared_page(connection, dependencies_.page_tokens, context,
                                      "ListComponents", request, rows, api::ResourceType::component,
                                      by_name ? SharedItems::names : SharedItems::versions, keep)
                        : list_page(dependencies_.page_tokens, context, "ListComponents", request,
                                    fetch, version_order, keep);
        std::vector<ib::ComponentVersion> items;
        for (const auto& row : page.items) {
            items.push_back(version_item(from_body<ib::Component>(row.body), by_name));
        }
        return ib::ListComponentsResponse{.component_version_list = std::move(items),
                                          .next_token = page.next_token};
    });
}

ib::ListComponentBuildVersionsResponse ComponentFamily::list_component_build_versions(
    const api::CallContext& context, const ib::ListComponentBuildVersionsRequest& request) {
    std::optional<api::Arn> version;
    if (request.component_version_arn) {
        version = parse_arn("componentVersionArn", *request.component_version_arn,
                            api::ResourceType::component);
    }
    const auto scope = version ? reachable_scope(context, *version) : own_scope(context);
    const auto pattern = version ? version->pattern() : std::nullopt;
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            const auto slug =
                version ? std::optional<std::string_view>(version->slug) : std::nullopt;
            return scope ? state::components().page_builds(connection, *scope, slug, before, limit)
                         : std::vector<state::VersionedRow>{};
        };
        const auto keep = [&](const state::VersionedRow& row) {
            return (!pattern || pattern->matches(row.version)) &&
                   is_reachable(connection, context, row);
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListComponentBuildVersions",
                              request, fetch, row_id, keep);
        std::vector<ib::ComponentSummary> items;
        for (const auto& row : page.items) {
            items.push_back(build_item(connection, from_body<ib::Component>(row.body)));
        }
        return ib::ListComponentBuildVersionsResponse{.component_summary_list = std::move(items),
                                                      .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
