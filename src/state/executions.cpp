#include "state/executions.h"

#include <boost/json.hpp>

#include "state/execution_columns.h"

namespace goldsmith::state {

namespace {

constexpr const char* insert_execution =
    "INSERT INTO executions (id, image_arn, plan, wake_ms, created_ms, updated_ms) "
    "VALUES (?1, ?2, ?3, ?4, ?4, ?4)";
constexpr const char* newest_of_image =
    "SELECT id FROM executions WHERE image_arn = ?1 ORDER BY created_ms DESC, id DESC LIMIT 1";
constexpr const char* take_waiting =
    "UPDATE step_runs SET waiting = 0 WHERE id = ?1 AND waiting = 1 RETURNING execution_id";
constexpr const char* delete_of_image = "DELETE FROM executions WHERE image_arn = ?1";

bool signal_image(db::Transaction& transaction, const std::string& image_arn,
                  const NewSignal& signal) {
    const auto row = transaction.query_one(newest_of_image, {image_arn});
    return row && add_signal(transaction, row->text(0), signal);
}

}  // namespace

void create_execution(db::Transaction& transaction, const NewExecution& execution) {
    transaction.execute(insert_execution, {execution.id, execution.image_arn, execution.plan,
                                           milliseconds(execution.created_at)});
}

bool request_cancel(db::Transaction& transaction, const std::string& image_arn, base::Time now) {
    return signal_image(transaction, image_arn, {cancel_requested, "{}", now});
}

bool request_retry(db::Transaction& transaction, const std::string& image_arn, base::Time now) {
    return signal_image(transaction, image_arn, {retry_requested, "{}", now});
}

bool answer_step(db::Transaction& transaction, const std::string& step_run_id, bool resume,
                 const std::string& reason, base::Time now) {
    const auto row = transaction.query_one(take_waiting, {step_run_id});
    if (!row) {
        return false;
    }
    const boost::json::object body{{"step", step_run_id}, {"resume", resume}, {"reason", reason}};
    return add_signal(transaction, row->text(0),
                      {step_answered, boost::json::serialize(body), now});
}

void delete_execution_of_image(db::Transaction& transaction, const std::string& image_arn) {
    transaction.execute(delete_of_image, {image_arn});
}

}  // namespace goldsmith::state
