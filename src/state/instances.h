// Rows of instances: what DescribeInstances shows of the build and test machines. The runner's run
// directory is the authority on a machine; actions/ keep the row in step with it. Functions run on
// the connection they are given. Failures throw db::Error.
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
    bool operator==(const InstanceRow&) const = default;
};

/// Inserts, or replaces the row with this region and instance id (an action may run twice).
void put_instance(db::Connection& connection, const InstanceRow& instance);
/// False: there is no such instance.
bool set_instance_state(db::Connection& connection, std::string_view region,
                        std::string_view instance_id, std::string_view state,
                        const std::optional<std::string>& state_reason);
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
