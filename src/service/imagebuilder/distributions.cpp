#include "service/imagebuilder/distributions.h"

#include <algorithm>
#include <set>

#include "api/generated/imagebuilder/distributions_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "api/list_filters.h"
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

constexpr std::int32_t timeout_minutes = 720;
constexpr auto arn_parameter = "distributionConfigurationArn";
constexpr api::FilterRule filter_rules[] = {{"name"}};

/// "{{ imagebuilder:buildDate }}" or "{{imagebuilder:buildDate:yyyyMMdd}}": a name without it would
/// be taken by the first build.
bool has_build_date(std::string_view name) {
    constexpr std::string_view variable = "imagebuilder:buildDate";
    for (auto at = name.find("{{"); at != std::string_view::npos; at = name.find("{{", at + 2)) {
        auto rest = name.substr(at + 2);
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const auto end = rest.find("}}");
        if (rest.starts_with(variable) && end != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

void check_ami(const ib::AmiDistributionConfiguration& ami, const std::string& place) {
    if (ami.name && !has_build_date(*ami.name)) {
        throw ib::InvalidParameterValueException(
            "The value supplied for parameter '" + place +
            ".amiDistributionConfiguration.name' is not valid. The name must contain "
            "'{{ imagebuilder:buildDate }}', so that every build gets a name of its own.");
    }
}

void check_quotas(const Quotas& quotas, const std::vector<ib::Distribution>& distributions) {
    const auto check_one = [](std::size_t count, std::int64_t quota, const std::string& what) {
        if (static_cast<std::int64_t>(count) > quota) {
            throw ib::ServiceQuotaExceededException(std::to_string(count) +
                                                    " are more than the quota of " +
                                                    std::to_string(quota) + " " + what + ".");
        }
    };
    std::size_t accounts = 0;
    for (const ib::Distribution& one : distributions) {
        const auto& ami = one.ami_distribution_configuration;
        accounts += ami && ami->target_account_ids ? ami->target_account_ids->size() : 0;
        check_one(
            one.launch_template_configurations ? one.launch_template_configurations->size() : 0,
            quotas.launch_templates_per_region, "launch templates per region");
        check_one(one.ssm_parameter_configurations ? one.ssm_parameter_configurations->size() : 0,
                  quotas.ssm_parameters_per_region, "SSM parameters per region");
    }
    check_one(accounts, quotas.target_accounts_per_distribution,
              "target accounts per distribution");
}

bool has_settings(const ib::Distribution& distribution) {
    return distribution.ami_distribution_configuration ||
           distribution.container_distribution_configuration ||
           distribution.license_configuration_arns || distribution.launch_template_configurations ||
           distribution.s3_export_configuration || distribution.fast_launch_configurations ||
           distribution.ssm_parameter_configurations;
}

/// The rules beyond single members; the same for create and update.
void check(const Dependencies& dependencies, const std::vector<ib::Distribution>& distributions) {
    check_quotas(dependencies.quotas, distributions);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < distributions.size(); ++i) {
        const ib::Distribution& distribution = distributions[i];
        const std::string place = "distributions[" + std::to_string(i) + "]";
        const auto& regions = dependencies.regions;
        if (std::find(regions.begin(), regions.end(), distribution.region) == regions.end()) {
            throw ib::InvalidParameterValueException(
                "The value supplied for parameter '" + place + ".region' is not valid. '" +
                distribution.region + "' is not a region of this installation.");
        }
        if (!seen.insert(distribution.region).second) {
            throw ib::InvalidParameterCombinationException("The region '" + distribution.region +
                                                           "' appears more than once in "
                                                           "'distributions'.");
        }
        if (!has_settings(distribution)) {
            throw ib::InvalidParameterCombinationException(
                "'" + place + "' must have at least one setting beside its region.");
        }
        if (distribution.ami_distribution_configuration) {
            check_ami(*distribution.ami_distribution_configuration, place);
        }
    }
}

ib::CreateDistributionConfigurationResponse create(
    const Dependencies& dependencies, db::Connection& connection, const api::CallContext& context,
    const ib::CreateDistributionConfigurationRequest& request) {
    const auto& rows = state::distribution_configurations();
    const api::Arn arn = api::make_arn(api::ResourceType::distribution_configuration,
                                       context.region, context.account, request.name);
    if (rows.find(connection, own_scope(context), arn.slug)) {
        throw ib::ResourceAlreadyExistsException("The distribution configuration '" + arn.text() +
                                                 "' already exists.");
    }
    require_quota(rows.count(connection, own_scope(context)),
                  dependencies.quotas.distribution_configurations, "distribution configurations");
    ib::DistributionConfiguration configuration{.arn = arn.text(),
                                                .name = request.name,
                                                .description = request.description,
                                                .distributions = request.distributions,
                                                .timeout_minutes = timeout_minutes,
                                                .date_created = context.now};
    state::NamedRow row{.scope = own_scope(context),
                        .slug = arn.slug,
                        .created_ms = to_ms(context.now),
                        .body = to_body(configuration)};
    rows.insert(connection, row);
    if (request.tags) {
        state::put_tags(connection, arn.text(), *request.tags);
    }
    return {.client_token = request.client_token, .distribution_configuration_arn = arn.text()};
}

state::NamedRow require_row(db::Connection& connection, const api::CallContext& context,
                            const std::string& text) {
    const auto arn = parse_arn(arn_parameter, text, api::ResourceType::distribution_configuration);
    auto row = find_named(connection, state::distribution_configurations(), context, arn);
    if (!row) {
        throw_not_found(text);
    }
    return std::move(*row);
}

ib::DistributionConfiguration configuration_of(db::Connection& connection,
                                               const state::NamedRow& row) {
    auto configuration = from_body<ib::DistributionConfiguration>(row.body);
    configuration.tags = state::tags_of(connection, configuration.arn.value());
    return configuration;
}

ib::DistributionConfigurationSummary summary_of(
    const ib::DistributionConfiguration& configuration) {
    std::vector<std::string> regions;
    for (const auto& distribution : configuration.distributions.value()) {
        regions.push_back(distribution.region);
    }
    return {.arn = configuration.arn,
            .name = configuration.name,
            .description = configuration.description,
            .date_created = configuration.date_created,
            .date_updated = configuration.date_updated,
            .tags = configuration.tags,
            .regions = std::move(regions)};
}

}  // namespace

ib::CreateDistributionConfigurationResponse DistributionFamily::create_distribution_configuration(
    const api::CallContext& context, const ib::CreateDistributionConfigurationRequest& request) {
    return once(dependencies_.database, context, "CreateDistributionConfiguration", request,
                [&](db::Connection& connection) {
                    check(dependencies_, request.distributions);
                    return create(dependencies_, connection, context, request);
                });
}

ib::UpdateDistributionConfigurationResponse DistributionFamily::update_distribution_configuration(
    const api::CallContext& context, const ib::UpdateDistributionConfigurationRequest& request) {
    return once(dependencies_.database, context, "UpdateDistributionConfiguration", request,
                [&](db::Connection& connection) {
                    check(dependencies_, request.distributions);
                    const auto row =
                        require_row(connection, context, request.distribution_configuration_arn);
                    auto configuration = from_body<ib::DistributionConfiguration>(row.body);
                    configuration.description = request.description;
                    configuration.distributions = request.distributions;
                    configuration.date_updated = context.now;
                    state::distribution_configurations().update(
                        connection, row.id, to_body(configuration), to_ms(context.now));
                    return ib::UpdateDistributionConfigurationResponse{
                        .client_token = request.client_token,
                        .distribution_configuration_arn = request.distribution_configuration_arn};
                });
}

ib::DeleteDistributionConfigurationResponse DistributionFamily::delete_distribution_configuration(
    const api::CallContext& context, const ib::DeleteDistributionConfigurationRequest& request) {
    const std::string& text = request.distribution_configuration_arn;
    dependencies_.database.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto row = require_row(connection, context, text);
        if (pipeline_needs_configuration(connection, context, api::Arn::parse(text).value())) {
            throw_depended_on(text);
        }
        state::distribution_configurations().erase(connection, row.id);
        state::erase_tags(connection, text);
    });
    return {.distribution_configuration_arn = text};
}

ib::GetDistributionConfigurationResponse DistributionFamily::get_distribution_configuration(
    const api::CallContext& context, const ib::GetDistributionConfigurationRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_row(connection, context, request.distribution_configuration_arn);
        return ib::GetDistributionConfigurationResponse{.distribution_configuration =
                                                            configuration_of(connection, row)};
    });
}

ib::ListDistributionConfigurationsResponse DistributionFamily::list_distribution_configurations(
    const api::CallContext& context, const ib::ListDistributionConfigurationsRequest& request) {
    const auto filters =
        api::ListFilters::of<ib::InvalidRequestException>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::distribution_configurations().page(connection, own_scope(context), before,
                                                             limit);
        };
        const auto keep = [&](const state::NamedRow& row) {
            const auto configuration = from_body<ib::DistributionConfiguration>(row.body);
            return filters.matches([&](std::string_view) {
                return std::vector<std::string>{configuration.name.value()};
            });
        };
        auto page = list_page(dependencies_.page_tokens, context, "ListDistributionConfigurations",
                              request, fetch, row_id, keep);
        std::vector<ib::DistributionConfigurationSummary> items;
        for (const auto& row : page.items) {
            items.push_back(summary_of(configuration_of(connection, row)));
        }
        return ib::ListDistributionConfigurationsResponse{
            .distribution_configuration_summary_list = std::move(items),
            .next_token = page.next_token};
    });
}

}  // namespace goldsmith::service::imagebuilder
