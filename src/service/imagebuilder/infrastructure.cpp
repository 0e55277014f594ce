#include "service/imagebuilder/infrastructure.h"

#include <algorithm>
#include <array>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/infrastructure_json.h"
#include "api/list_filters.h"
#include "api/networks.h"
#include "service/body.h"
#include "service/imagebuilder/dependents.h"
#include "service/imagebuilder/lists.h"
#include "service/imagebuilder/once.h"
#include "service/imagebuilder/references.h"
#include "service/milliseconds.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

constexpr auto arn_parameter = "infrastructureConfigurationArn";
constexpr api::FilterRule filter_rules[] = {{"name"}};

void check_resource_tags(const std::optional<std::map<std::string, std::string>>& tags) {
    constexpr std::array<std::string_view, 4> reserved{"CreatedBy", "Ec2ImageBuilderArn", "Name",
                                                       "Tags"};
    for (const auto& [key, value] : tags.value_or(std::map<std::string, std::string>{})) {
        const bool taken = std::find(reserved.begin(), reserved.end(), key) != reserved.end();
        if (taken || key.starts_with("aws:")) {
            throw ib::InvalidParameterValueException(
                "The value supplied for parameter 'resourceTags' is not valid. The key '" + key +
                "' is reserved.");
        }
    }
}

void check_placement(const std::optional<ib::Placement>& placement) {
    if (!placement) {
        return;
    }
    if (placement->host_id && placement->host_resource_group_arn) {
        throw ib::InvalidParameterCombinationException(
            "'placement.hostId' and 'placement.hostResourceGroupArn' exclude each other.");
    }
    if ((placement->host_id || placement->host_resource_group_arn) &&
        placement->tenancy != ib::TenancyType::host) {
        throw ib::InvalidParameterCombinationException(
            "'placement.hostId' and 'placement.hostResourceGroupArn' need 'placement.tenancy' to "
            "be 'host'.");
    }
}

void require_known(const std::string& member, const std::string& problem) {
    if (!problem.empty()) {
        throw ib::InvalidParameterValueException("The value supplied for parameter '" + member +
                                                 "' is not valid. " + problem);
    }
}

/// The rules beyond single members; the same for create and update.
template <class Request>
void check(const Dependencies& dependencies, const api::CallContext& context,
           const Request& request) {
    if (request.subnet_id && (!request.security_group_ids || request.security_group_ids->empty())) {
        throw ib::InvalidParameterCombinationException(
            "'subnetId' needs 'securityGroupIds': name the security groups of the build machine.");
    }
    const api::DefaultNetwork own = api::default_network(context.account, context.region);
    require_known("subnetId", dependencies.networks->subnet_problem(own, request.subnet_id));
    require_known("securityGroupIds",
                  dependencies.networks->group_problem(
                      own, request.security_group_ids.value_or(std::vector<std::string>{})));
    if (request.sns_topic_arn && request.sns_topic_arn->ends_with(".fifo")) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter 'snsTopicArn' is not valid. FIFO topics are not "
            "supported.");
    }
    check_resource_tags(request.resource_tags);
    check_placement(request.placement);
}

template <class Request>
void copy_settings(const Request& request, ib::InfrastructureConfiguration& configuration) {
    configuration.description = request.description;
    configuration.instance_types = request.instance_types;
    configuration.instance_profile_name = request.instance_profile_name;
    configuration.security_group_ids = request.security_group_ids;
    configuration.subnet_id = request.subnet_id;
    configuration.logging = request.logging;
    configuration.key_pair = request.key_pair;
    configuration.terminate_instance_on_failure =
        request.terminate_instance_on_failure.value_or(true);
    configuration.sns_topic_arn = request.sns_topic_arn;
    configuration.resource_tags = request.resource_tags;
    configuration.instance_metadata_options = request.instance_metadata_options;
    configuration.placement = request.placement;
}

ib::CreateInfrastructureConfigurationResponse create(
    const Dependencies& dependencies, db::Connection& connection, const api::CallContext& context,
    const ib::CreateInfrastructureConfigurationRequest& request) {
    check(dependencies, context, request);
    const auto& rows = state::infrastructure_configurations();
    const api::Arn arn = api::make_arn(api::ResourceType::infrastructure_configuration,
                                       context.region, context.account, request.name);
    if (rows.find(connection, own_scope(context), arn.slug)) {
        throw ib::ResourceAlreadyExistsException("The infrastructure configuration '" + arn.text() +
                                                 "' already exists.");
    }
    require_quota(rows.count(connection, own_scope(context)),
                  dependencies.quotas.infrastructure_configurations,
                  "infrastructure configurations");
    ib::InfrastructureConfiguration configuration{
        .arn = arn.text(), .name = request.name, .date_created = context.now};
    copy_settings(request, configuration);
    state::NamedRow row{.scope = own_scope(context),
                        .slug = arn.slug,
                        .created_ms = to_ms(context.now),
                        .body = to_body(configuration)};
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token, .infrastructure_configuration_arn = arn.text()};
}

state::NamedRow require_row(db::Connection& connection, const api::CallContext& context,
                            const std::string& text) {
    const auto arn =
        parse_arn(arn_parameter, text, api::ResourceType::infrastructure_configuration);
    auto row = find_named(connection, state::infrastructure_configurations(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return std::move(*row);
}

ib::InfrastructureConfiguration configuration_of(db::Connection& connection,
                                                 const state::NamedRow& row) {
    auto configuration = from_body<ib::InfrastructureConfiguration>(row.body);
    configuration.tags = state::tags_of(connection, configuration.arn.value());
    return configuration;
}

ib::InfrastructureConfigurationSummary summary_of(
    const ib::InfrastructureConfiguration& configuration) {
    return {.arn = configuration.arn,
            .name = configuration.name,
            .description = configuration.description,
            .date_created = configuration.date_created,
            .date_updated = configuration.date_updated,
            .resource_tags = configuration.resource_tags,
            .tags = configuration.tags,
            .instance_types = configuration.instance_types,
            .instance_profile_name = configuration.instance_profile_name,
            .placement = configuration.placement};
}

/// Defaults are part of what two requests under one token must share.
template <class Request>
Request with_defaults(Request request) {
    request.terminate_instance_on_failure = request.terminate_instance_on_failure.value_or(true);
    return request;
}

}  // namespace

ib::CreateInfrastructureConfigurationResponse
InfrastructureFamily::create_infrastructure_configuration(
    const api::CallContext& context, const ib::CreateInfrastructureConfigurationRequest& request) {
    return once(dependencies_.database, context, "CreateInfrastructureConfiguration",
                with_defaults(request), [&](db::Connection& connection) {
                    return create(dependencies_, connection, context, request);
                });
}

ib::UpdateInfrastructureConfigurationResponse
InfrastructureFamily::update_infrastructure_configuration(
    const api::CallContext& context, const ib::UpdateInfrastructureConfigurationRequest& request) {
    return once(
        dependencies_.database, context, "UpdateInfrastructureConfiguration",
        with_defaults(request), [&](db::Connection& connection) {
            check(dependencies_, context, request);
            const auto row =
                require_row(connection, context, request.infrastructure_configuration_arn);
            auto configuration = from_body<ib::InfrastructureConfiguration>(row.body);
            copy_settings(request, configuration);
            configuration.date_updated = context.now;
            state::infrastructure_configurations().update(
                connection, row.id, to_body(configuration), to_ms(context.now));
            return ib::UpdateInfrastructureConfigurationResponse{
                .client_token = request.client_token,
                .infrastructure_configuration_arn = request.infrastructure_configuration_arn};
        });
}

ib::DeleteInfrastructureConfigurationResponse
InfrastructureFamily::delete_infrastructure_configuration(
    const api::CallContext& context, const ib::DeleteInfrastructureConfigurationRequest& request) {
    const std::string& text = request.infrastructure_configuration_arn;
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = require_row(connection, context, text);
        if (pipeline_needs_configuration(connection, context, api::Arn::parse(text).value())) {
            throw_depended_on(text);
        }
        state::infrastructure_configurations().erase(connection, row.id);
        state::erase_tags(connection, text);
    });
    return {.infrastructure_configuration_arn = text};
}

ib::GetInfrastructureConfigurationResponse InfrastructureFamily::get_infrastructure_configuration(
    const api::CallContext& context, const ib::GetInfrastructureConfigurationRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_row(connection, context, request.infrastructure_configuration_arn);
        return ib::GetInfrastructureConfigurationResponse{.infrastructure_configuration =
                                                              configuration_of(connection, row)};
    });
}

ib::ListInfrastructureConfigurationsResponse
InfrastructureFamily::list_infrastructure_configurations(
    const api::CallContext& context, const ib::ListInfrastructureConfigurationsRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::infrastructure_configurations().page(connection, own_scope(context),
                                                               before, limit);
        };
        const auto keep = [&](const state::NamedRow& row) {
            const auto configuration = from_body<ib::InfrastructureConfiguration>(row.body);
            return filters.matches([&](std::string_view) {
                return std::vector<std::string>{configuration.name.value()};
            });
        };
        auto page = list_page(dependencies_.page_tokens, context,
                              "ListInfrastructureConfigurations", request, fetch, row_id, keep);
        std::vector<ib::InfrastructureConfigurationSummary> items;
        for (const auto& row : page.items) {
            items.push_back(summary_of(configuration_of(connection, row)));
        }
        return ib::ListInfrastructureConfigurationsResponse{
            .infrastructure_configuration_summary_list = std::move(items),
            .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
