// Executions in the database, for handlers: what they write inside their own transaction, and the
// reads behind the workflow operations. After the commit of a write the handler notifies the
// engine's loop; if it dies in between, the loop finds the work by itself. Tables:
// migrations/0002_executions.sql. Writing functions take the transaction, reading ones any
// connection.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/transaction.h"
#include "state/execution_rows.h"

namespace goldsmith::state {

/// The execution is due at once. Throws db::Error if the id is taken.
void create_execution(db::Transaction& transaction, const NewExecution& execution);

/// CancelImageCreation and RetryImage, after the handler has checked the image's status: the
/// request is left for the loop, and the status changes when the loop has acted. False: the image
/// has no execution.
bool request_cancel(db::Transaction& transaction, const std::string& image_arn, base::Time now);
bool request_retry(db::Transaction& transaction, const std::string& image_arn, base::Time now);

/// SendWorkflowStepAction: answers a waiting step, once. False: the step does not wait (any more).
bool answer_step(db::Transaction& transaction, const std::string& step_run_id, bool resume,
                 const std::string& reason, base::Time now);

/// DeleteImage: forgets the execution with its log and its projections.
void delete_execution_of_image(db::Transaction& transaction, const std::string& image_arn);

/// The newest one, if an image was deleted and its version built again.
std::optional<ExecutionRow> find_execution_of_image(db::Connection& connection,
                                                    const std::string& image_arn);
/// In order of start. `after` is the id of the last row of the page before, "" for the first page.
std::vector<WorkflowRunRow> workflow_runs_of_image(db::Connection& connection,
                                                   const std::string& image_arn,
                                                   const std::string& after, int limit);
std::optional<WorkflowRunRow> find_workflow_run(db::Connection& connection, const std::string& id);
/// In order of start; paged as above.
std::vector<StepRunRow> step_runs_of_workflow(db::Connection& connection,
                                              const std::string& workflow_run_id,
                                              const std::string& after, int limit);
std::optional<StepRunRow> find_step_run(db::Connection& connection, const std::string& id);
/// Steps that wait for an answer, of images whose ARN begins with `image_arn_prefix`, ordered by id
/// and paged as above.
std::vector<StepRunRow> waiting_step_runs(db::Connection& connection,
                                          const std::string& image_arn_prefix,
                                          const std::string& after, int limit);

}  // namespace goldsmith::state
