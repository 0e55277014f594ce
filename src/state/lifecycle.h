// Lifecycle executions: a run of a policy, or of StartResourceStateUpdate over one image, and what
// it does to each image and AMI. The rows of what is to be done are written with the execution;
// whoever carries it out marks them one by one, so that an interrupted run goes on where it
// stopped.
//
// Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct LifecycleExecutionRow {
    std::int64_t id = 0;
    std::string execution_id{};  // lce-<uuid>
    Scope scope{};
    std::optional<std::string> policy_arn{};
    std::optional<std::string> image_arn{};  // StartResourceStateUpdate
    std::string status{};  // IN_PROGRESS, PENDING, CANCELLING, CANCELLED, SUCCESS, FAILED
    std::optional<std::string> reason{};
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> ended_ms{};
};

struct LifecycleResourceRow {
    std::int64_t id = 0;
    std::string execution_id{};
    std::string parent{};       // empty: an image; else the ARN of the image whose AMI this is
    std::string resource_id{};  // an image build version ARN, or "ami-..."
    Scope scope{};              // where the resource is
    std::string action{};       // AVAILABLE, DELETE, DEPRECATE, DISABLE
    std::optional<std::string> action_reason{};
    std::string status{};  // IN_PROGRESS, SUCCESS, FAILED, SKIPPED
    std::optional<std::string> reason{};
    std::string instruction = "{}";          // JSON; the service's own (lifecycle_instruction.h)
    std::optional<std::string> snapshots{};  // the API's JSON: [{"snapshotId", "state"}]
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> ended_ms{};
};

/// Fills in `id`.
void insert_lifecycle_execution(db::Connection& connection, LifecycleExecutionRow& row);
std::optional<LifecycleExecutionRow> find_lifecycle_execution(db::Connection& connection,
                                                              std::string_view execution_id);
void set_lifecycle_status(db::Connection& connection, std::string_view execution_id,
                          std::string_view status, const std::optional<std::string>& reason,
                          const std::optional<std::int64_t>& ended_ms);
/// Of a policy or of an image, newest first; `before` is the id of the last row of the page before.
std::vector<LifecycleExecutionRow> page_lifecycle_executions(db::Connection& connection,
                                                             std::string_view arn,
                                                             std::int64_t before, int limit);
/// Runs of StartResourceStateUpdate that have not ended.
std::int64_t count_running_state_updates(db::Connection& connection, const Scope& scope);
/// The run of StartResourceStateUpdate over this image that has not ended.
std::optional<LifecycleExecutionRow> find_running_state_update(db::Connection& connection,
                                                               std::string_view image_arn);
/// With their resources.
void erase_lifecycle_executions_of(db::Connection& connection, std::string_view policy_arn);

/// Inserts, or replaces what has this execution, parent and resource.
void put_lifecycle_resource(db::Connection& connection, const LifecycleResourceRow& row);
/// In the order in which they were put; `after` is the id of the last row of the page before.
std::vector<LifecycleResourceRow> page_lifecycle_resources(db::Connection& connection,
                                                           std::string_view execution_id,
                                                           std::string_view parent,
                                                           std::int64_t after, int limit);
/// The first image of the execution that is not done with.
std::optional<LifecycleResourceRow> next_lifecycle_image(db::Connection& connection,
                                                         std::string_view execution_id);
bool has_failed_lifecycle_resource(db::Connection& connection, std::string_view execution_id);
/// Whether the execution did something to a resource.
bool has_changed_lifecycle_resource(db::Connection& connection, std::string_view execution_id);

}  // namespace goldsmith::state
