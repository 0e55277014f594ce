#include "service/ec2/instances.h"

#include <algorithm>

#include "api/generated/ec2/instances_json.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/milliseconds.h"
#include "state/instances.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"image-id", api::Match::glob},      {"instance-id", api::Match::glob},
    {"instance-type", api::Match::glob}, {"instance-state-name", api::Match::glob},
    {"tag-key", api::Match::glob},       {"tag:*", api::Match::glob}};

state::TagMap tags_of(db::Connection& connection, const state::InstanceRow& row) {
    return state::tags_of(connection, state::ec2_arn(row.region, "instance", row.instance_id));
}

std::vector<std::string> filter_values(const state::InstanceRow& row, const state::TagMap& tags,
                                       std::string_view name) {
    if (auto values = tag_filter_values(tags, name)) {
        return *values;
    }
    const std::map<std::string_view, std::string> values{{"image-id", row.image_id},
                                                         {"instance-id", row.instance_id},
                                                         {"instance-type", row.instance_type},
                                                         {"instance-state-name", row.state}};
    return {values.at(name)};
}

std::int32_t state_code(ec2::InstanceStateName name) {
    switch (name) {
        case ec2::InstanceStateName::pending:
            return 0;
        case ec2::InstanceStateName::running:
            return 16;
        case ec2::InstanceStateName::shutting_down:
            return 32;
        case ec2::InstanceStateName::terminated:
            return 48;
        case ec2::InstanceStateName::stopping:
            return 64;
        case ec2::InstanceStateName::stopped:
            break;
    }
    return 80;
}

ec2::Reservation view(const state::InstanceRow& row, const state::TagMap& tags) {
    ec2::InstanceStateName name{};
    from_string(row.state, name);
    ec2::Instance instance{
        .instance_id = row.instance_id,
        .image_id = row.image_id,
        .instance_type = row.instance_type,
        .state = ec2::InstanceState{.code = state_code(name), .name = name},
        .launch_time = from_ms(row.launched_ms),
        .placement = ec2::Placement{.availability_zone = row.region + "a", .tenancy = "default"},
        .private_ip_address = row.private_ip,
        .architecture = ec2::Architecture::x86_64,
        .root_device_type = ec2::DeviceType::ebs,
        .platform_details = "Linux/UNIX",
        .ami_launch_index = 0,
        .tags = to_tags(tags)};
    if (row.state_reason) {
        instance.state_reason = ec2::StateReason{.message = row.state_reason};
    }
    return {.reservation_id = "r-" + row.instance_id.substr(row.instance_id.find('-') + 1),
            .owner_id = row.owner,
            .instances = std::vector<ec2::Instance>{std::move(instance)}};
}

}  // namespace

ec2::DescribeInstancesResponse InstanceFamily::describe_instances(
    const api::CallContext& context, const ec2::DescribeInstancesRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    const auto ids = request.instance_ids.value_or(std::vector<std::string>{});
    return dependencies_.database.read([&](db::Connection& connection) {
        for (const std::string& id : ids) {
            if (!id.starts_with("i-")) {
                throw ec2::InvalidInstanceIdMalformed("Invalid id: \"" + id +
                                                      "\" (expecting \"i-...\")");
            }
            const auto row = state::find_instance(connection, context.region, id);
            if (!row || row->owner != context.account) {
                throw ec2::InvalidInstanceIdNotFound("The instance ID '" + id + "' does not exist");
            }
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_instances(connection, context.region, before, limit);
        };
        const auto keep = [&](const state::InstanceRow& row) {
            const bool named =
                ids.empty() || std::find(ids.begin(), ids.end(), row.instance_id) != ids.end();
            if (row.owner != context.account || !named) {
                return false;
            }
            const auto tags = filters.empty() ? state::TagMap{} : tags_of(connection, row);
            return filters.matches(
                [&](std::string_view name) { return filter_values(row, tags, name); });
        };
        auto page = describe_page(dependencies_.page_tokens, context, "DescribeInstances", request,
                                  fetch, keep);
        ec2::DescribeInstancesResponse response{.reservations = std::vector<ec2::Reservation>{},
                                                .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.reservations->push_back(view(row, tags_of(connection, row)));
        }
        return response;
    });
}

}  // namespace goldsmith::service::ec2
