#include "actions/image_tasks.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/error.h"
#include "db/database.h"

namespace goldsmith::actions {

namespace json = boost::json;

namespace {

constexpr int kMostTasks = 100;

std::string text(const json::object& body, const char* name) {
    const json::value* value = body.if_contains(name);
    return value != nullptr ? std::string(value->as_string()) : "";
}

ImportOrder order_of(const state::ImageTaskRow& task) {
    const json::object body = json::parse(task.body).as_object();
    return {.token = "image-task/" + task.task_id,
            .region = task.scope.region,
            .owner = task.scope.account,
            .location = text(body, "location"),
            .format = text(body, "format"),
            .name = task.task_id,
            .description = text(body, "description"),
            .architecture = text(body, "architecture"),
            .boot_mode = text(body, "bootMode"),
            .tags = {}};
}

std::int64_t ms(base::Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

int percent_of_import(std::string_view stage) {
    struct Part {
        std::string_view name;
        int begin;
        int length;
    };
    constexpr Part parts[] = {{"fetching: ", 1, 39},    {"checking: ", 40, 1},
                              {"converting: ", 41, 29}, {"unpacking: ", 41, 29},
                              {"inspecting: ", 70, 1},  {"storing: ", 71, 28}};
    for (const Part& part : parts) {
        int percent = 0;
        if (stage.starts_with(part.name) &&
            std::from_chars(stage.data() + part.name.size(), stage.data() + stage.size(), percent)
                    .ec == std::errc{}) {
            return part.begin + part.length * std::clamp(percent, 0, 100) / 100;
        }
    }
    return 0;
}

void ImageTasks::turn(base::Time now) {
    const auto tasks = database_.read([](db::Connection& connection) {
        return state::unfinished_image_tasks(connection, kMostTasks);
    });
    for (const state::ImageTaskRow& task : tasks) {
        if (task.kind != state::import_task) {
            continue;
        }
        if (task.status == "deleting") {
            cancel(task, now);
        } else {
            advance(task, now);
        }
    }
}

void ImageTasks::advance(state::ImageTaskRow task, base::Time now) {
    const state::ImageTaskRow before = task;
    try {
        const ImportState state = imports_.advance(order_of(task));
        if (const auto* running = std::get_if<ImportRunning>(&state)) {
            task.message = running->stage;
            task.progress =
                std::max<std::int64_t>(task.progress, percent_of_import(running->stage));
        } else if (const auto* failed = std::get_if<ImportFailed>(&state)) {
            task.status = "deleted";
            task.message = "ClientError: " + failed->message;
        } else {
            task.status = "completed";
            task.message.clear();
            task.progress = 100;
            task.image_id = std::get<ImportDone>(state).image.id.str();
        }
    } catch (...) {
        task.status = "deleted";
        task.message = "ServerError: " + base::current_error_chain();
    }
    if (task != before) {
        finish(task, now);
    }
}

void ImageTasks::cancel(state::ImageTaskRow task, base::Time now) {
    if (imports_.cancel(order_of(task))) {
        task.status = "deleted";
        finish(task, now);
    }
}

void ImageTasks::finish(const state::ImageTaskRow& task, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        db::Connection& connection = transaction;
        const auto current = state::find_image_task(connection, task.scope, task.task_id);
        if (!current || (current->status == "deleting" && task.status == "active")) {
            return;  // cancelled meanwhile
        }
        state::update_image_task(connection, task);
        if (task.status == "active") {
            return;
        }
        for (const std::string& arn : state::followers_of_image_task(connection, task.task_id)) {
            state::unfollow_image_task(connection, arn);
            state::settle_follower(connection, task, arn, ms(now));
        }
    });
}

}  // namespace goldsmith::actions
