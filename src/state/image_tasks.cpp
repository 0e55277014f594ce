#include "state/image_tasks.h"

#include <boost/json.hpp>

#include "db/connection.h"
#include "state/amis.h"
#include "state/images.h"

namespace goldsmith::state {
namespace {

namespace json = boost::json;

/// The API shows at most so many characters of a reason.
constexpr std::size_t most_reason = 1024;

constexpr std::string_view insert_sql =
    "INSERT INTO image_tasks (task_id, kind, account, region, status, message, progress, image_id,"
    " body, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
constexpr std::string_view update_sql =
    "UPDATE image_tasks SET status = ?2, message = ?3, progress = ?4, image_id = ?5"
    " WHERE task_id = ?1";
constexpr std::string_view find_sql =
    "SELECT id, task_id, kind, account, region, status, message, progress, image_id, body,"
    " created_ms FROM image_tasks WHERE account = ?1 AND region = ?2 AND task_id = ?3";
constexpr std::string_view page_sql =
    "SELECT id, task_id, kind, account, region, status, message, progress, image_id, body,"
    " created_ms FROM image_tasks WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id < ?4"
    " ORDER BY id DESC LIMIT ?5";
constexpr std::string_view unfinished_sql =
    "SELECT id, task_id, kind, account, region, status, message, progress, image_id, body,"
    " created_ms FROM image_tasks WHERE status IN ('active', 'deleting') ORDER BY id LIMIT ?1";
constexpr std::string_view follow_sql =
    "INSERT INTO image_task_followers (task_id, image_arn) VALUES (?1, ?2)";
constexpr std::string_view unfollow_sql = "DELETE FROM image_task_followers WHERE image_arn = ?1";
constexpr std::string_view followers_sql =
    "SELECT image_arn FROM image_task_followers WHERE task_id = ?1 ORDER BY image_arn";

ImageTaskRow read(const db::Row& row) {
    return {.id = row.integer(0),
            .task_id = row.text(1),
            .kind = row.text(2),
            .scope = {row.text(3), row.text(4)},
            .status = row.text(5),
            .message = row.text(6),
            .progress = row.integer(7),
            .image_id = row.text(8),
            .body = row.text(9),
            .created_ms = row.integer(10)};
}

json::object output_of(const AmiRow& ami) {
    return {{"amis", json::array{json::object{{"region", ami.region},
                                              {"image", ami.image_id},
                                              {"name", ami.name},
                                              {"description", ami.description},
                                              {"accountId", ami.owner},
                                              {"state", {{"status", "AVAILABLE"}}}}}}};
}

template <class Rows>
std::vector<ImageTaskRow> read_all(const Rows& rows) {
    std::vector<ImageTaskRow> tasks;
    for (const db::Row& row : rows) {
        tasks.push_back(read(row));
    }
    return tasks;
}

}  // namespace

void insert_image_task(db::Connection& connection, ImageTaskRow& task) {
    const auto row = connection.query_one(
        insert_sql, {task.task_id, task.kind, task.scope.account, task.scope.region, task.status,
                     task.message, task.progress, task.image_id, task.body, task.created_ms});
    task.id = row->integer(0);
}

void update_image_task(db::Connection& connection, const ImageTaskRow& task) {
    connection.execute(update_sql,
                       {task.task_id, task.status, task.message, task.progress, task.image_id});
}

std::optional<ImageTaskRow> find_image_task(db::Connection& connection, const Scope& scope,
                                            std::string_view task_id) {
    const auto row = connection.query_one(find_sql, {scope.account, scope.region, task_id});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<ImageTaskRow> page_image_tasks(db::Connection& connection, const Scope& scope,
                                           std::string_view kind, std::int64_t before, int limit) {
    return read_all(connection.query(page_sql, {scope.account, scope.region, kind, before, limit}));
}

std::vector<ImageTaskRow> unfinished_image_tasks(db::Connection& connection, int limit) {
    return read_all(connection.query(unfinished_sql, {limit}));
}

void settle_follower(db::Connection& connection, const ImageTaskRow& task,
                     std::string_view image_arn, std::int64_t now_ms) {
    const auto image = find_image(connection, image_arn);
    if (!image || image->status != "PENDING") {
        return;
    }
    const auto ami = find_ami(connection, task.scope.region, task.image_id);
    if (task.status == "completed" && ami) {
        set_output_resources(connection, image_arn, json::serialize(output_of(*ami)), now_ms);
        set_image_status(connection, image_arn, "AVAILABLE", std::nullopt, now_ms);
        return;
    }
    const std::string reason =
        "The import task '" + task.task_id + "' " +
        (task.status == "completed" ? "has no image any more" : "failed: " + task.message);
    set_image_status(connection, image_arn, "FAILED", reason.substr(0, most_reason), now_ms);
}

void follow_image_task(db::Connection& connection, std::string_view task_id,
                       std::string_view image_arn) {
    connection.execute(follow_sql, {task_id, image_arn});
}

bool unfollow_image_task(db::Connection& connection, std::string_view image_arn) {
    return connection.execute(unfollow_sql, {image_arn}) > 0;
}

std::vector<std::string> followers_of_image_task(db::Connection& connection,
                                                 std::string_view task_id) {
    std::vector<std::string> arns;
    for (const db::Row& row : connection.query(followers_sql, {task_id})) {
        arns.push_back(row.text(0));
    }
    return arns;
}

}  // namespace goldsmith::state
