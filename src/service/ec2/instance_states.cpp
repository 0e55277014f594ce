#include "service/ec2/instance_states.h"

#include <functional>

#include "api/generated/ec2/errors.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/ec2/instance_views.h"
#include "service/milliseconds.h"
#include "state/instance_launch.h"
#include "state/instances.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

using state::InstanceRow;
using Changes = std::vector<ec2::InstanceStateChange>;

void set_transition(InstanceRow& row, const std::string& reason) {
    state::InstanceLaunch launch = state::decode_instance_launch(row.launch);
    launch.transition_reason = reason;
    row.launch = state::encode(launch);
}

/// "User initiated (2026-11-25 22:00:00 GMT)"
std::string user_initiated(base::Time now) {
    std::string time = base::format_iso8601(now).substr(0, 19);
    time[10] = ' ';
    return "User initiated (" + time + " GMT)";
}

[[noreturn]] void throw_wrong_state(const InstanceRow& row, const std::string& verb) {
    throw ec2::IncorrectInstanceState("The instance '" + row.instance_id + "' is " + row.state +
                                      ": it is not in a state from which it can be " + verb + ".");
}

/// A build looks after its machine; only its end may be brought about from outside.
void require_launched(const InstanceRow& row) {
    if (row.wanted.empty()) {
        throw ec2::UnsupportedOperation("The instance '" + row.instance_id +
                                        "' belongs to a running image build, which starts and "
                                        "stops it.");
    }
}

/// Applies `change` to the row of every instance, in one transaction.
Changes change_all(const Dependencies& dependencies, const api::CallContext& context,
                   const std::vector<std::string>& ids, const std::optional<bool>& dry_run,
                   const std::function<void(InstanceRow&)>& change) {
    auto changes = dependencies.database.write([&](db::Transaction& transaction) {
        Changes list;
        for (const std::string& id : ids) {
            InstanceRow row = require_instance(transaction, context, id);
            const std::string previous = row.state;
            change(row);
            if (row.state != previous) {
                row.changed_ms = to_ms(context.now);
            }
            state::update_instance(transaction, row);
            list.push_back({.instance_id = id,
                            .current_state = instance_state(row.state),
                            .previous_state = instance_state(previous)});
        }
        stop_if_dry_run(dry_run);
        return list;
    });
    dependencies.work_is_there();
    return changes;
}

}  // namespace

ec2::StartInstancesResponse start_instances(const Dependencies& dependencies,
                                            const api::CallContext& context,
                                            const ec2::StartInstancesRequest& request) {
    const auto start = [&](InstanceRow& row) {
        require_launched(row);
        if (row.state == "running" || row.state == "pending") {
            return;
        }
        if (row.state != "stopped") {
            throw_wrong_state(row, "started");
        }
        if (!row.hold.empty()) {
            throw ec2::IncorrectInstanceState("The image " + row.hold +
                                              " is being made of the instance '" + row.instance_id +
                                              "'. Start it when that is done.");
        }
        row.state = "pending";
        row.wanted = "running";
        row.state_reason.reset();
        row.generation += 1;
        row.failures = 0;
        row.rebooted = row.reboots;
        row.launched_ms = to_ms(context.now);
        set_transition(row, "");
    };
    return {.starting_instances =
                change_all(dependencies, context, request.instance_ids, request.dry_run, start)};
}

ec2::StopInstancesResponse stop_instances(const Dependencies& dependencies,
                                          const api::CallContext& context,
                                          const ec2::StopInstancesRequest& request) {
    if (request.hibernate.value_or(false)) {
        throw ec2::UnsupportedOperation("Hibernation is not offered by this server.");
    }
    const auto stop = [&](InstanceRow& row) {
        require_launched(row);
        if (row.state == "stopped" || row.state == "stopping") {
            return;
        }
        if (row.state != "running") {
            throw_wrong_state(row, "stopped");
        }
        if (state::decode_instance_launch(row.launch).disable_api_stop) {
            throw ec2::OperationNotPermitted("The instance '" + row.instance_id +
                                             "' may not be stopped. Modify its 'disableApiStop' "
                                             "instance attribute and try again.");
        }
        row.state = "stopping";
        row.wanted = "stopped";
        row.is_ready = false;
        row.state_reason = "Client.UserInitiatedShutdown: User initiated shutdown";
        set_transition(row, user_initiated(context.now));
    };
    return {.stopping_instances =
                change_all(dependencies, context, request.instance_ids, request.dry_run, stop)};
}

ec2::RebootInstancesResponse reboot_instances(const Dependencies& dependencies,
                                              const api::CallContext& context,
                                              const ec2::RebootInstancesRequest& request) {
    const auto reboot = [](InstanceRow& row) {
        require_launched(row);
        if (row.state != "running") {
            throw_wrong_state(row, "rebooted");
        }
        row.reboots += 1;
        row.is_ready = false;
    };
    change_all(dependencies, context, request.instance_ids, request.dry_run, reboot);
    return {.return_ = true};
}

ec2::TerminateInstancesResponse terminate_instances(const Dependencies& dependencies,
                                                    const api::CallContext& context,
                                                    const ec2::TerminateInstancesRequest& request) {
    const auto terminate = [&](InstanceRow& row) {
        if (row.state == "terminated" || row.state == "shutting-down") {
            return;
        }
        if (!row.wanted.empty() &&
            state::decode_instance_launch(row.launch).disable_api_termination) {
            throw ec2::OperationNotPermitted(
                "The instance '" + row.instance_id +
                "' may not be terminated. Modify its 'disableApiTermination' instance attribute "
                "and try again.");
        }
        if (!row.hold.empty()) {
            throw ec2::OperationNotPermitted("The image " + row.hold +
                                             " is being made of the instance '" + row.instance_id +
                                             "'. Terminate it when that is done.");
        }
        row.state = "shutting-down";
        row.wanted = "terminated";
        row.is_ready = false;
        row.state_reason = "Client.UserInitiatedShutdown: User initiated shutdown";
        set_transition(row, user_initiated(context.now));
    };
    return {.terminating_instances = change_all(dependencies, context, request.instance_ids,
                                                request.dry_run, terminate)};
}

}  // namespace goldsmith::service::ec2
