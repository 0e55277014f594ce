#include "service/ec2/instances.h"

#include <algorithm>

#include "api/generated/ec2/instances_json.h"
#include "api/instance_size.h"
#include "base/encoding.h"
#include "base/files.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/ec2/instance_states.h"
#include "service/ec2/instance_views.h"
#include "service/ec2/run_instances.h"
#include "service/milliseconds.h"
#include "state/instance_launch.h"
#include "state/instances.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr std::uint64_t most_console_bytes = 16U << 20;
/// What GetConsoleOutput answers with at most.
constexpr std::size_t shown_console_bytes = 64 * 1024;

constexpr api::FilterRule filter_rules[] = {{"architecture", api::Match::glob},
                                            {"availability-zone", api::Match::glob},
                                            {"client-token", api::Match::glob},
                                            {"iam-instance-profile.arn", api::Match::glob},
                                            {"image-id", api::Match::glob},
                                            {"instance-id", api::Match::glob},
                                            {"instance-state-code", api::Match::glob},
                                            {"instance-state-name", api::Match::glob},
                                            {"instance-type", api::Match::glob},
                                            {"key-name", api::Match::glob},
                                            {"owner-id", api::Match::glob},
                                            {"private-ip-address", api::Match::glob},
                                            {"reservation-id", api::Match::glob},
                                            {"root-device-name", api::Match::glob},
                                            {"root-device-type", api::Match::glob},
                                            {"subnet-id", api::Match::glob},
                                            {"tag-key", api::Match::glob},
                                            {"tag:*", api::Match::glob},
                                            {"vpc-id", api::Match::glob}};

constexpr api::FilterRule status_filter_rules[] = {{"availability-zone", api::Match::glob},
                                                   {"instance-state-code", api::Match::glob},
                                                   {"instance-state-name", api::Match::glob},
                                                   {"instance-status.status", api::Match::glob},
                                                   {"system-status.status", api::Match::glob}};

/// In the machine, not of the machine: whether its agent answers.
ec2::SummaryStatus status_of(const state::InstanceRow& row) {
    if (row.state != "running") {
        return ec2::SummaryStatus::not_applicable;
    }
    return row.is_ready || row.wanted.empty() ? ec2::SummaryStatus::ok
                                              : ec2::SummaryStatus::initializing;
}

std::vector<std::string> filter_values(const state::InstanceRow& row, const state::TagMap& tags,
                                       std::string_view name) {
    if (auto values = tag_filter_values(tags, name)) {
        return *values;
    }
    const auto launch = state::decode_instance_launch(row.launch);
    const std::string zone =
        launch.availability_zone.empty() ? row.region + "a" : launch.availability_zone;
    const std::string status(to_string(status_of(row)));
    const std::map<std::string_view, std::string> values{
        {"architecture", launch.architecture},
        {"availability-zone", zone},
        {"client-token", launch.client_token},
        {"iam-instance-profile.arn", launch.profile_arn},
        {"image-id", row.image_id},
        {"instance-id", row.instance_id},
        {"instance-state-code", std::to_string(instance_state(row.state).code.value_or(0))},
        {"instance-state-name", row.state},
        {"instance-status.status", status},
        {"instance-type", row.instance_type},
        {"key-name", launch.key_name},
        {"owner-id", row.owner},
        {"private-ip-address", row.private_ip.value_or("")},
        {"reservation-id", launch.reservation_id},
        {"root-device-name", launch.root_device_name},
        {"root-device-type", "ebs"},
        {"subnet-id", launch.subnet_id},
        {"system-status.status", status},
        {"vpc-id", launch.vpc_id}};
    return {values.at(name)};
}

/// The instances of an answer that belong to one reservation stand in one.
void add(std::vector<ec2::Reservation>& reservations, ec2::Reservation added) {
    for (ec2::Reservation& present : reservations) {
        if (present.reservation_id == added.reservation_id) {
            present.instances->push_back(std::move(added.instances->front()));
            return;
        }
    }
    reservations.push_back(std::move(added));
}

ec2::InstanceStatus status_view(const state::InstanceRow& row) {
    const ec2::SummaryStatus status = status_of(row);
    ec2::StatusSummary summary{.status = status};
    if (status != ec2::SummaryStatus::not_applicable) {
        summary.details = std::vector<ec2::StatusDetail>{
            {.name = ec2::StatusName::reachability,
             .status = status == ec2::SummaryStatus::ok ? ec2::StatusType::passed
                                                        : ec2::StatusType::initializing}};
    }
    const auto launch = state::decode_instance_launch(row.launch);
    return {.availability_zone =
                launch.availability_zone.empty() ? row.region + "a" : launch.availability_zone,
            .instance_id = row.instance_id,
            .instance_state = instance_state(row.state),
            .instance_status = summary,
            .system_status = summary};
}

/// One page of the account's instances under ids and filters.
template <class Request>
auto instances_of(const Dependencies& dependencies, db::Connection& connection,
                  const api::CallContext& context, std::string_view operation,
                  const Request& request, const api::ListFilters& filters) {
    const auto ids = request.instance_ids.value_or(std::vector<std::string>{});
    for (const std::string& id : ids) {
        require_instance(connection, context, id);
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
        if constexpr (requires { request.include_all_instances; }) {
            if (row.state != "running" && !request.include_all_instances.value_or(false)) {
                return false;
            }
        }
        const auto tags = filters.empty() ? state::TagMap{} : tags_of(connection, row);
        return filters.matches(
            [&](std::string_view name) { return filter_values(row, tags, name); });
    };
    return describe_page(dependencies.page_tokens, context, operation, request, fetch, keep);
}

ec2::BooleanAttribute attribute(bool value) {
    return {.value = value};
}

ec2::AttributeValue attribute(const std::string& value) {
    return {.value = value};
}

bool as_boolean(const std::string& value) {
    if (value != "true" && value != "false") {
        throw ec2::InvalidParameterValue("Value (" + value + ") must be true or false.");
    }
    return value == "true";
}

/// The older form of the request: one attribute and its value.
ec2::ModifyInstanceAttributeRequest spelled_out(ec2::ModifyInstanceAttributeRequest request) {
    if (!request.attribute) {
        return request;
    }
    const std::string value = request.value.value_or("");
    using Name = ec2::InstanceAttributeName;
    const Name name = *request.attribute;
    if (name == Name::instance_type) {
        request.instance_type = attribute(value);
    } else if (name == Name::disable_api_termination) {
        request.disable_api_termination = attribute(as_boolean(value));
    } else if (name == Name::disable_api_stop) {
        request.disable_api_stop = attribute(as_boolean(value));
    } else if (name == Name::instance_initiated_shutdown_behavior) {
        request.instance_initiated_shutdown_behavior = attribute(value);
    } else {
        throw ec2::UnsupportedOperation("The attribute '" + std::string(to_string(name)) +
                                        "' cannot be changed on this server.");
    }
    return request;
}

void change_type(state::InstanceRow& row, const std::string& type) {
    if (!api::known_instance_size(type)) {
        throw ec2::InvalidParameterValue("Invalid value '" + type + "' for InstanceType.");
    }
    if (row.state != "stopped") {
        throw ec2::IncorrectInstanceState("The instance '" + row.instance_id +
                                          "' is not in the 'stopped' state.");
    }
    row.instance_type = type;
}

}  // namespace

ec2::RunInstancesResponse InstanceFamily::run_instances(const api::CallContext& context,
                                                        const ec2::RunInstancesRequest& request) {
    return service::ec2::run_instances(dependencies_, pass_gate_, context, request);
}

ec2::StartInstancesResponse InstanceFamily::start_instances(
    const api::CallContext& context, const ec2::StartInstancesRequest& request) {
    return service::ec2::start_instances(dependencies_, context, request);
}

ec2::StopInstancesResponse InstanceFamily::stop_instances(
    const api::CallContext& context, const ec2::StopInstancesRequest& request) {
    return service::ec2::stop_instances(dependencies_, context, request);
}

ec2::RebootInstancesResponse InstanceFamily::reboot_instances(
    const api::CallContext& context, const ec2::RebootInstancesRequest& request) {
    return service::ec2::reboot_instances(dependencies_, context, request);
}

ec2::TerminateInstancesResponse InstanceFamily::terminate_instances(
    const api::CallContext& context, const ec2::TerminateInstancesRequest& request) {
    return service::ec2::terminate_instances(dependencies_, context, request);
}

ec2::DescribeInstancesResponse InstanceFamily::describe_instances(
    const api::CallContext& context, const ec2::DescribeInstancesRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        auto page =
            instances_of(dependencies_, connection, context, "DescribeInstances", request, filters);
        ec2::DescribeInstancesResponse response{.reservations = std::vector<ec2::Reservation>{},
                                                .next_token = page.next_token};
        for (const auto& row : page.items) {
            add(*response.reservations, reservation_view(row, tags_of(connection, row)));
        }
        return response;
    });
}

ec2::DescribeInstanceStatusResponse InstanceFamily::describe_instance_status(
    const api::CallContext& context, const ec2::DescribeInstanceStatusRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, status_filter_rules);
    return dependencies_.database.read([&](db::Connection& connection) {
        auto page = instances_of(dependencies_, connection, context, "DescribeInstanceStatus",
                                 request, filters);
        ec2::DescribeInstanceStatusResponse response{
            .instance_statuses = std::vector<ec2::InstanceStatus>{}, .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.instance_statuses->push_back(status_view(row));
        }
        return response;
    });
}

ec2::GetConsoleOutputResponse InstanceFamily::get_console_output(
    const api::CallContext& context, const ec2::GetConsoleOutputRequest& request) {
    const auto row = dependencies_.database.read([&](db::Connection& connection) {
        return require_instance(connection, context, request.instance_id);
    });
    stop_if_dry_run(request.dry_run);
    const base::Path folder = row.wanted.empty()
                                  ? dependencies_.runs_directory / row.run_id.value_or("none")
                                  : dependencies_.instances_directory / row.instance_id;
    std::string text =
        base::read_file_if_exists(folder / "console.log", most_console_bytes).value_or("");
    if (text.size() > shown_console_bytes) {
        text.erase(0, text.size() - shown_console_bytes);
    }
    return {.instance_id = row.instance_id,
            .output = base::base64_encode(text),
            .timestamp = context.now};
}

ec2::DescribeInstanceAttributeResponse InstanceFamily::describe_instance_attribute(
    const api::CallContext& context, const ec2::DescribeInstanceAttributeRequest& request) {
    const auto row = dependencies_.database.read([&](db::Connection& connection) {
        return require_instance(connection, context, request.instance_id);
    });
    stop_if_dry_run(request.dry_run);
    const auto launch = state::decode_instance_launch(row.launch);
    const ec2::Instance shown = instance_view(row, {});
    ec2::DescribeInstanceAttributeResponse response{.instance_id = row.instance_id};
    using Name = ec2::InstanceAttributeName;
    const Name name = request.attribute;
    if (name == Name::instance_type) {
        response.instance_type = attribute(row.instance_type);
    } else if (name == Name::user_data) {
        response.user_data = attribute(launch.user_data);
    } else if (name == Name::disable_api_termination) {
        response.disable_api_termination = attribute(launch.disable_api_termination);
    } else if (name == Name::disable_api_stop) {
        response.disable_api_stop = attribute(launch.disable_api_stop);
    } else if (name == Name::instance_initiated_shutdown_behavior) {
        response.instance_initiated_shutdown_behavior = attribute(launch.shutdown_behavior);
    } else if (name == Name::root_device_name) {
        response.root_device_name = attribute(launch.root_device_name);
    } else if (name == Name::block_device_mapping) {
        response.block_device_mappings = shown.block_device_mappings;
    } else if (name == Name::group_set) {
        response.groups = shown.security_groups;
    } else if (name == Name::source_dest_check) {
        response.source_dest_check = attribute(true);
    } else if (name == Name::ebs_optimized) {
        response.ebs_optimized = attribute(launch.ebs_optimized);
    } else if (name == Name::ena_support) {
        response.ena_support = attribute(true);
    }  // of the others nothing is set
    return response;
}

ec2::ModifyInstanceAttributeResponse InstanceFamily::modify_instance_attribute(
    const api::CallContext& context, const ec2::ModifyInstanceAttributeRequest& given) {
    const auto request = spelled_out(given);
    dependencies_.database.write([&](db::Transaction& transaction) {
        state::InstanceRow row = require_instance(transaction, context, request.instance_id);
        if (row.wanted.empty()) {
            throw ec2::UnsupportedOperation("The instance '" + row.instance_id +
                                            "' belongs to a running image build.");
        }
        auto launch = state::decode_instance_launch(row.launch);
        if (request.instance_type) {
            change_type(row, request.instance_type->value.value_or(""));
        }
        if (request.disable_api_termination) {
            launch.disable_api_termination = request.disable_api_termination->value.value_or(false);
        }
        if (request.disable_api_stop) {
            launch.disable_api_stop = request.disable_api_stop->value.value_or(false);
        }
        if (request.instance_initiated_shutdown_behavior) {
            launch.shutdown_behavior =
                request.instance_initiated_shutdown_behavior->value.value_or("");
            if (launch.shutdown_behavior != "stop" && launch.shutdown_behavior != "terminate") {
                throw ec2::InvalidParameterValue(
                    "InstanceInitiatedShutdownBehavior must be stop or terminate.");
            }
        }
        row.launch = state::encode(launch);
        stop_if_dry_run(request.dry_run);
        state::update_instance(transaction, row);
    });
    return {.return_ = true};
}

}  // namespace goldsmith::service::ec2
