// Executions in the database: the functions that a service handler calls inside its own
// transaction, the reads behind the workflow operations, and the ExecutionStore of the engine's
// loop. Tables: migrations/0002_executions.sql. Same thread rules as the connection.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "state/execution_store.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

///< --- For handlers, inside their transaction; notify the loop after the commit.
// ---------------------

/// The execution becomes due at once. Throws base::Error if the id is taken.
void create_execution(db::Connection& connection, const NewExecution& execution);

/// CancelImageCreation and RetryImage, after the handler has checked the image's status: the
/// request is left for the loop; the status changes when the loop has acted. False: the image has
/// no execution.
bool request_cancel(db::Connection& connection, const std::string& image_arn, base::Time now);
bool request_retry(db::Connection& connection, const std::string& image_arn, base::Time now);

/// SendWorkflowStepAction: answers a waiting step, once. False: the step does not wait (any more).
bool answer_step(db::Connection& connection, const std::string& step_run_id, bool resume,
                 const std::string& reason, base::Time now);

///< --- Reads. Lists are in order of start; `after` is the id of the last row of the page before.
// -----

std::optional<ExecutionRow> find_execution_of_image(db::Connection& connection,
                                                    const std::string& image_arn);
std::vector<WorkflowRunRow> workflow_runs_of_image(db::Connection& connection,
                                                   const std::string& image_arn,
                                                   const std::string& after, int limit);
std::optional<WorkflowRunRow> find_workflow_run(db::Connection& connection, const std::string& id);
std::vector<StepRunRow> step_runs_of_workflow(db::Connection& connection,
                                              const std::string& workflow_run_id,
                                              const std::string& after, int limit);
std::optional<StepRunRow> find_step_run(db::Connection& connection, const std::string& id);
/// Steps that wait for an answer, of images whose ARN begins with `image_arn_prefix`.
std::vector<StepRunRow> waiting_step_runs(db::Connection& connection,
                                          const std::string& image_arn_prefix,
                                          const std::string& after, int limit);

///< --- For the loop.
// ---------------------------------------------------------------------------------

/// Called inside the transaction of every append, so that other tables (images, pipelines) change
/// with the events or not at all. Must only use the connection it is given.
using ProjectionHook =
    std::function<void(db::Connection&, const ExecutionRow& execution, const Append& step)>;

class SqlExecutionStore final : public ExecutionStore {
public:
    /// `connection` must outlive the store and be used by this store's thread only.
    explicit SqlExecutionStore(db::Connection& connection, ProjectionHook hook = {});

    void create(const NewExecution& execution) override;
    bool signal(const std::string& execution_id, const NewSignal& signal) override;
    std::optional<ClaimedExecution> claim(const std::string& owner, base::Time now,
                                          base::Time lease_until) override;
    bool renew(const Lease& lease, base::Time lease_until) override;
    void release(const Lease& lease, std::optional<base::Time> wake_at) override;
    void release_all_of(const std::string& owner) override;
    std::optional<base::Time> next_due() override;
    std::vector<EventRow> events(const std::string& execution_id,
                                 std::int64_t after_sequence) override;
    std::vector<SignalRow> signals(const std::string& execution_id) override;
    void append(const Lease& lease, const Append& step) override;
    std::optional<ExecutionRow> find(const std::string& execution_id) override;

private:
    db::Connection& connection_;
    ProjectionHook hook_;
};

}  // namespace goldsmith::state
