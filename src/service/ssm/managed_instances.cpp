#include "service/ssm/managed_instances.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ssm/errors.h"
#include "api/generated/ssm/managed_instances_json.h"
#include "db/database.h"
#include "service/listing.h"
#include "service/milliseconds.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::service::ssm {

namespace model = api::ssm;

namespace {

constexpr std::size_t usual_page = 50;
/// The version that is spoken to, not one of AWS's agent.
constexpr auto agent_version = "1.0.0.0";

struct Term {
    std::string key;
    std::vector<std::string> values;
};

/// Both forms of the request's filters.
std::vector<Term> terms_of(const model::DescribeInstanceInformationRequest& request) {
    std::vector<Term> terms;
    for (const auto& filter :
         request.filters.value_or(std::vector<model::InstanceInformationStringFilter>{})) {
        terms.push_back({filter.key, filter.values});
    }
    for (const auto& filter : request.instance_information_filter_list.value_or(
             std::vector<model::InstanceInformationFilter>{})) {
        terms.push_back({std::string(to_string(filter.key)), filter.value_set});
    }
    for (const Term& term : terms) {
        static constexpr std::string_view known[] = {"InstanceIds",   "PingStatus",
                                                     "PlatformTypes", "ResourceType",
                                                     "AgentVersion",  "tag-key"};
        if (std::ranges::find(known, term.key) == std::end(known) &&
            !term.key.starts_with("tag:")) {
            throw model::InvalidFilterKey("The filter key '" + term.key + "' is not offered.");
        }
    }
    return terms;
}

model::InstanceInformation view(const state::InstanceRow& row, base::Time now) {
    const bool online = row.state == "running" && row.is_ready;
    return {.instance_id = row.instance_id,
            .ping_status = online ? model::PingStatus::online : model::PingStatus::connection_lost,
            .last_ping_date_time = online ? now : from_ms(row.changed_ms),
            .agent_version = agent_version,
            .is_latest_version = true,
            .platform_type = model::PlatformType::linux_,
            .resource_type = model::ManagedResourceType::ec2_instance,
            .ip_address = row.private_ip,
            .computer_name = row.instance_id};
}

bool passes(db::Connection& connection, const state::InstanceRow& row,
            const model::InstanceInformation& info, const Term& term) {
    const auto has = [&](const std::string& value) {
        return std::ranges::find(term.values, value) != term.values.end();
    };
    if (term.key == "InstanceIds") {
        return has(row.instance_id);
    }
    if (term.key == "PingStatus") {
        return has(std::string(to_string(*info.ping_status)));
    }
    if (term.key == "PlatformTypes") {
        return has("Linux");
    }
    if (term.key == "ResourceType") {
        return has("EC2Instance");
    }
    if (term.key == "AgentVersion") {
        return has(agent_version);
    }
    const auto tags =
        state::tags_of(connection, state::ec2_arn(row.region, "instance", row.instance_id));
    if (term.key == "tag-key") {
        return std::ranges::any_of(tags, [&](const auto& tag) { return has(tag.first); });
    }
    const auto tag = tags.find(term.key.substr(4));
    return tag != tags.end() && has(tag->second);
}

}  // namespace

model::DescribeInstanceInformationResponse ManagedInstanceFamily::describe_instance_information(
    const api::CallContext& context, const model::DescribeInstanceInformationRequest& request) {
    const auto terms = terms_of(request);
    const auto scope = api::page_scope("DescribeInstanceInformation", context, request);
    const auto page = api::page_request<model::InvalidNextToken>(dependencies_.page_tokens, scope,
                                                                 request, usual_page);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_instances(connection, context.region, before, limit);
        };
        const auto keep = [&](const state::InstanceRow& row) {
            const bool has_agent =
                row.state == "running" || row.state == "stopping" || row.state == "stopped";
            return row.owner == context.account && !row.wanted.empty() && has_agent &&
                   std::ranges::all_of(terms, [&](const Term& term) {
                       return passes(connection, row, view(row, context.now), term);
                   });
        };
        auto rows = rows_of_page(
            page, fetch, [](const auto& row) { return row.id; }, keep);
        auto cut = api::cut_page(dependencies_.page_tokens, scope, page, std::move(rows),
                                 [](const auto& row) { return std::to_string(row.id); });
        model::DescribeInstanceInformationResponse response{
            .instance_information_list = std::vector<model::InstanceInformation>{},
            .next_token = cut.next_token};
        for (const auto& row : cut.items) {
            response.instance_information_list->push_back(view(row, context.now));
        }
        return response;
    });
}

}  // namespace goldsmith::service::ssm
