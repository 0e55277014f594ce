// Rows of EC2's import and export tasks, and of the images of Image Builder that wait for an
// import. Written by service/ec2 and service/imagebuilder; carried out by actions/image_tasks.
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

inline constexpr std::string_view import_task = "import";
inline constexpr std::string_view export_task = "export";

struct ImageTaskRow {
    std::int64_t id = 0;
    std::string task_id{};  // "import-ami-...", "export-ami-..."
    std::string kind{};     // import_task or export_task
    Scope scope{};
    std::string status = "active";  // active, deleting (is to be stopped), deleted, completed
    std::string message{};          // what it is doing, or why it was deleted
    std::int64_t progress = 0;      // percent
    std::string image_id{};         // import: what was made; export: what is exported
    std::string body{};             // JSON: what was asked for
    std::int64_t created_ms = 0;
    bool operator==(const ImageTaskRow&) const = default;
};

/// Fills in `id`. Throws db::Error{unique} when the task id is taken.
void insert_image_task(db::Connection& connection, ImageTaskRow& task);
/// What changes: status, message, progress, image_id.
void update_image_task(db::Connection& connection, const ImageTaskRow& task);
std::optional<ImageTaskRow> find_image_task(db::Connection& connection, const Scope& scope,
                                            std::string_view task_id);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<ImageTaskRow> page_image_tasks(db::Connection& connection, const Scope& scope,
                                           std::string_view kind, std::int64_t before, int limit);
/// Of all accounts and regions, active or deleting, oldest first.
std::vector<ImageTaskRow> unfinished_image_tasks(db::Connection& connection, int limit);

/// Gives an image that follows a finished task its outcome: AVAILABLE with the task's AMI, or
/// FAILED with the task's reason. An image that is not PENDING any more (cancelled, deleted) is
/// left alone.
void settle_follower(db::Connection& connection, const ImageTaskRow& task,
                     std::string_view image_arn, std::int64_t now_ms);

/// An image of Image Builder that shows what becomes of an import task.
void follow_image_task(db::Connection& connection, std::string_view task_id,
                       std::string_view image_arn);
/// False: it followed none.
bool unfollow_image_task(db::Connection& connection, std::string_view image_arn);
std::vector<std::string> followers_of_image_task(db::Connection& connection,
                                                 std::string_view task_id);

}  // namespace goldsmith::state
