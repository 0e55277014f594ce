// Rows of instances: what DescribeInstances shows of the machines of builds and tests and of those
// that RunInstances made. The runner's run directory is the authority on a machine; actions/ and
// controllers/ keep the row in step with it. Functions run on the connection they are given.
// Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct InstanceRow {
    std::int64_t id = 0;
    std::string region{};
    std::string instance_id{};  // "i-..."
    std::string owner{};
    std::string image_id{};  // the AMI it was launched from
    std::string instance_type{};
    std::string state{};  // pending, running, shutting-down, terminated, stopping, stopped
    std::optional<std::string> state_reason{};
    std::optional<std::string> private_ip{};
    std::optional<std::string> run_id{};  // names the run directory
    std::int64_t launched_ms = 0;
    // Below: of instances that RunInstances made.
    std::string wanted{};         // running, stopped, terminated; empty: a build's machine
    std::int64_t generation = 0;  // how many runs it has had
    bool is_ready = false;        // its agent answers
    std::int64_t changed_ms = 0;  // when `state` last changed
    std::int64_t failures = 0;    // starts that failed since it last ran
    std::int64_t reboots = 0;     // restarts that were asked for
    std::int64_t rebooted = 0;    // and those that were done
    std::string hold{};           // the AMI that is being made of its disk
    std::string launch = "{}";    // JSON, see instance_launch.h
    bool operator==(const InstanceRow&) const = default;
};

/// Inserts, or replaces the row with this region and instance id (an action may run twice).
void put_instance(db::Connection& connection, const InstanceRow& instance);
/// False: there is no such instance.
bool set_instance_state(db::Connection& connection, std::string_view region,
                        std::string_view instance_id, std::string_view state,
                        const std::optional<std::string>& state_reason);
/// Writes every column of the row with this region and instance id but for its identity and owner.
void update_instance(db::Connection& connection, const InstanceRow& instance);
/// Those of RunInstances that are not, or may not stay, what is wanted of them: all but the ones
/// that are stopped or terminated for good. Oldest first.
std::vector<InstanceRow> instances_to_look_after(db::Connection& connection);
/// Rows of terminated instances that have been so since before `before_ms`.
std::vector<InstanceRow> long_terminated_instances(db::Connection& connection,
                                                   std::int64_t before_ms);
/// How many instances of RunInstances the account has that are not terminated.
std::int64_t count_live_instances(db::Connection& connection, std::string_view region,
                                  std::string_view owner);
bool erase_instance(db::Connection& connection, std::string_view region,
                    std::string_view instance_id);
std::optional<InstanceRow> find_instance(db::Connection& connection, std::string_view region,
                                         std::string_view instance_id);
/// When an instance was last launched from the AMI, as far as rows of instances are still there.
std::optional<std::int64_t> last_launch_ms(db::Connection& connection, std::string_view region,
                                           std::string_view image_id);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<InstanceRow> page_instances(db::Connection& connection, std::string_view region,
                                        std::int64_t before, int limit);

}  // namespace goldsmith::state
