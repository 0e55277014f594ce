#include "service/ec2/image_tasks.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/ec2/image_tasks_json.h"
#include "base/hash.h"
#include "base/random.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/ec2/tag_specifications.h"
#include "service/milliseconds.h"
#include "state/amis.h"
#include "state/image_tasks.h"
#include "state/tags.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;
namespace json = boost::json;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"task-state", api::Match::equal}, {"tag:*", api::Match::glob}, {"tag-key", api::Match::glob}};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

void require_one_of(const char* name, const std::string& value,
                    std::initializer_list<const char*> known) {
    if (std::find(known.begin(), known.end(), value) == known.end()) {
        std::string list;
        for (const char* each : known) {
            list += (list.empty() ? "" : ", ") + std::string(each);
        }
        throw ec2::InvalidParameterValue("Invalid value '" + value + "' for " + name +
                                         ". Expected one of: " + list);
    }
}

const ec2::ImageDiskContainer& require_disk(const ec2::ImportImageRequest& request) {
    if (!request.disk_containers || request.disk_containers->size() != 1) {
        throw ec2::InvalidParameterValue(
            "Exactly one disk container is needed: an image is made of one disk");
    }
    const ec2::ImageDiskContainer& disk = request.disk_containers->front();
    if (disk.snapshot_id) {
        throw ec2::UnsupportedOperation(
            "Images are imported from files here, not from snapshots: name Url or UserBucket");
    }
    if (disk.url.has_value() == disk.user_bucket.has_value()) {
        throw ec2::InvalidParameterCombination(
            "A disk container needs exactly one of Url and UserBucket");
    }
    return disk;
}

std::string location_of(const ec2::ImageDiskContainer& disk) {
    if (disk.url) {
        if (!disk.url->starts_with("https://") && !disk.url->starts_with("http://") &&
            !disk.url->starts_with("s3://")) {
            throw ec2::InvalidParameterValue("The Url '" + *disk.url +
                                             "' is no https, http or s3 URL");
        }
        return *disk.url;
    }
    const ec2::UserBucket& bucket = *disk.user_bucket;
    if (!bucket.s3_bucket || !bucket.s3_key) {
        throw ec2::MissingParameter("UserBucket needs S3Bucket and S3Key");
    }
    return "s3://" + *bucket.s3_bucket + "/" + *bucket.s3_key;
}

json::object body_of(const ec2::ImportImageRequest& request) {
    const ec2::ImageDiskContainer& disk = require_disk(request);
    json::object body{{"location", location_of(disk)}};
    if (disk.format) {
        const std::string format = lower(*disk.format);
        require_one_of("Format", format, {"ova", "raw", "vhd", "vhdx", "vmdk", "qcow2", "tar"});
        body["format"] = format;
    }
    if (request.architecture) {
        require_one_of("Architecture", *request.architecture, {"x86_64", "arm64"});
        body["architecture"] = *request.architecture;
    }
    if (request.platform) {
        require_one_of("Platform", *request.platform, {"Linux", "Windows"});
        body["platform"] = *request.platform;
    }
    if (request.encrypted.value_or(false)) {
        throw ec2::UnsupportedOperation(
            "Imported images are not encrypted here: leave out Encrypted");
    }
    if (request.boot_mode) {
        body["bootMode"] = to_string(*request.boot_mode);
    }
    if (request.description) {
        body["description"] = *request.description;
    }
    return body;
}

/// A part of what was asked for: a call with the same token and other tags is another call.
void put_into(json::object& body, const state::TagMap& tags) {
    if (!tags.empty()) {
        body["tags"] = json::value_from(tags);
    }
}

std::string arn_of(const state::ImageTaskRow& task) {
    return state::ec2_arn(
        task.scope.region,
        task.kind == state::import_task ? "import-image-task" : "export-image-task", task.task_id);
}

/// The same client token always names the same task.
std::string task_id(const char* prefix, base::Random& random, const api::CallContext& context,
                    const std::optional<std::string>& client_token) {
    const std::string tail = client_token && !client_token->empty()
                                 ? base::sha256_hex(context.account + " " + context.region + " " +
                                                    prefix + " " + *client_token)
                                       .substr(0, 17)
                                 : base::make_hex_id(random, 17);
    return prefix + tail;
}

/// Writes the row, or finds the one that an earlier call with this token wrote.
state::ImageTaskRow put_task(db::Database& database, state::ImageTaskRow task,
                             const state::TagMap& tags) {
    return database.write([&](db::Transaction& transaction) {
        if (auto earlier = state::find_image_task(transaction, task.scope, task.task_id)) {
            // What is imported gets its image later; what is exported has it from the start.
            const bool same_image =
                task.kind == state::import_task || earlier->image_id == task.image_id;
            if (earlier->body != task.body || !same_image) {
                throw ec2::InvalidParameterValue(
                    "The client token was used with other parameters before");
            }
            return *earlier;
        }
        state::insert_image_task(transaction, task);
        state::put_tags(transaction, arn_of(task), tags);
        return task;
    });
}

std::string text(const json::object& body, const char* name) {
    const json::value* value = body.if_contains(name);
    return value != nullptr ? std::string(value->as_string()) : "";
}

std::optional<std::string> if_any(std::string value) {
    return value.empty() ? std::nullopt : std::optional(std::move(value));
}

ec2::SnapshotDetail detail_of(const state::ImageTaskRow& row, const json::object& body,
                              db::Connection& connection) {
    ec2::SnapshotDetail detail{.format = if_any(text(body, "format")),
                               .progress = std::to_string(row.progress),
                               .status = row.status,
                               .url = if_any(text(body, "location"))};
    if (const auto ami = state::find_ami(connection, row.scope.region, row.image_id)) {
        detail.device_name = ami->devices.front().device_name;
        detail.snapshot_id = ami->devices.front().snapshot_id;
        detail.disk_image_size = static_cast<double>(ami->devices.front().volume_size_gib << 30);
    }
    return detail;
}

ec2::ImportImageTask import_view(const state::ImageTaskRow& row, db::Connection& connection) {
    const json::object body = json::parse(row.body).as_object();
    ec2::ImportImageTask view{.architecture = if_any(text(body, "architecture")),
                              .description = if_any(text(body, "description")),
                              .encrypted = false,
                              .image_id = if_any(row.image_id),
                              .import_task_id = row.task_id,
                              .license_type = "BYOL",
                              .platform = if_any(text(body, "platform")),
                              .snapshot_details = std::vector<ec2::SnapshotDetail>{},
                              .status = row.status,
                              .status_message = if_any(row.message),
                              .tags = to_tags(state::tags_of(connection, arn_of(row)))};
    if (row.status == "active") {
        view.progress = std::to_string(row.progress);
    }
    view.snapshot_details->push_back(detail_of(row, body, connection));
    return view;
}

ec2::ExportTaskS3Location place_of(const json::object& body) {
    return {.s3_bucket = text(body, "bucket"), .s3_prefix = if_any(text(body, "prefix"))};
}

ec2::ExportImageTask export_view(const state::ImageTaskRow& row, db::Connection& connection) {
    const json::object body = json::parse(row.body).as_object();
    ec2::ExportImageTask view{.description = if_any(text(body, "description")),
                              .export_image_task_id = row.task_id,
                              .image_id = row.image_id,
                              .s3_export_location = place_of(body),
                              .status = row.status,
                              .status_message = if_any(row.message),
                              .tags = to_tags(state::tags_of(connection, arn_of(row)))};
    if (row.status == "active") {
        view.progress = std::to_string(row.progress);
    }
    return view;
}

[[noreturn]] void throw_no_task(const std::string& id) {
    throw ec2::InvalidParameterValue("The task '" + id + "' does not exist.");
}

/// The rows of a Describe operation, paged.
template <class Request>
auto page_of_tasks(const Dependencies& dependencies, const api::CallContext& context,
                   db::Connection& connection, const char* operation, std::string_view kind,
                   const std::vector<std::string>& ids, const Request& request) {
    const state::Scope scope{context.account, context.region};
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    for (const std::string& id : ids) {
        const auto row = state::find_image_task(connection, scope, id);
        if (!row || row->kind != kind) {
            throw_no_task(id);
        }
    }
    const auto fetch = [&connection, scope, kind](std::int64_t before, int limit) {
        return state::page_image_tasks(connection, scope, kind, before, limit);
    };
    const auto keep = [&](const state::ImageTaskRow& row) {
        const bool named =
            ids.empty() || std::find(ids.begin(), ids.end(), row.task_id) != ids.end();
        const auto values = [&](std::string_view name) {
            const auto of_tags = tag_filter_values(state::tags_of(connection, arn_of(row)), name);
            return of_tags ? *of_tags : std::vector<std::string>{row.status};
        };
        return named && filters.matches(values);
    };
    return describe_page(dependencies.page_tokens, context, operation, request, fetch, keep);
}

}  // namespace

ec2::ImportImageResponse ImageTaskFamily::import_image(const api::CallContext& context,
                                                       const ec2::ImportImageRequest& request) {
    json::object body = body_of(request);
    const auto tags =
        specified_tags(request.tag_specifications, ec2::ResourceType::import_image_task,
                       {ec2::ResourceType::import_image_task});
    put_into(body, tags);
    stop_if_dry_run(request.dry_run);
    const auto row = put_task(
        dependencies_.database,
        {.task_id = task_id("import-ami-", dependencies_.random, context, request.client_token),
         .kind = std::string(state::import_task),
         .scope = {context.account, context.region},
         .message = "pending",
         .body = json::serialize(body),
         .created_ms = to_ms(context.now)},
        tags);
    const auto view = dependencies_.database.read(
        [&](db::Connection& connection) { return import_view(row, connection); });
    return {.architecture = view.architecture,
            .description = view.description,
            .encrypted = view.encrypted,
            .image_id = view.image_id,
            .import_task_id = view.import_task_id,
            .license_type = view.license_type,
            .platform = view.platform,
            .progress = view.progress,
            .snapshot_details = view.snapshot_details,
            .status = view.status,
            .status_message = view.status_message,
            .tags = view.tags};
}

ec2::DescribeImportImageTasksResponse ImageTaskFamily::describe_import_image_tasks(
    const api::CallContext& context, const ec2::DescribeImportImageTasksRequest& request) {
    stop_if_dry_run(request.dry_run);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto ids = request.import_task_ids.value_or(std::vector<std::string>{});
        auto page = page_of_tasks(dependencies_, context, connection, "DescribeImportImageTasks",
                                  state::import_task, ids, request);
        ec2::DescribeImportImageTasksResponse response{
            .import_image_tasks = std::vector<ec2::ImportImageTask>{},
            .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.import_image_tasks->push_back(import_view(row, connection));
        }
        return response;
    });
}

ec2::CancelImportTaskResponse ImageTaskFamily::cancel_import_task(
    const api::CallContext& context, const ec2::CancelImportTaskRequest& request) {
    if (!request.import_task_id) {
        throw ec2::MissingParameter("The request must contain the parameter ImportTaskId");
    }
    stop_if_dry_run(request.dry_run);
    return dependencies_.database.write([&](db::Transaction& transaction) {
        auto row = state::find_image_task(transaction, {context.account, context.region},
                                          *request.import_task_id);
        if (!row) {
            throw_no_task(*request.import_task_id);
        }
        const std::string before = row->status;
        if (before == "completed" || before == "deleted") {
            throw ec2::InvalidParameterValue("The task '" + row->task_id + "' is " + before +
                                             " already and cannot be cancelled");
        }
        row->status = "deleting";
        row->message = request.cancel_reason.value_or("cancelled by the user");
        state::update_image_task(transaction, *row);
        return ec2::CancelImportTaskResponse{
            .import_task_id = row->task_id, .previous_state = before, .state = row->status};
    });
}

ec2::ExportImageResponse ImageTaskFamily::export_image(const api::CallContext& context,
                                                       const ec2::ExportImageRequest& request) {
    if (!request.s3_export_location.s3_bucket || request.s3_export_location.s3_bucket->empty()) {
        throw ec2::MissingParameter("S3ExportLocation needs S3Bucket");
    }
    const auto ami = dependencies_.database.read([&](db::Connection& connection) {
        return state::find_ami(connection, context.region, request.image_id);
    });
    if (!ami || (ami->owner != context.account && ami->owner != "amazon")) {
        throw ec2::InvalidAmiIdNotFound("The image id '[" + request.image_id + "]' does not exist");
    }
    const auto tags =
        specified_tags(request.tag_specifications, ec2::ResourceType::export_image_task,
                       {ec2::ResourceType::export_image_task});
    stop_if_dry_run(request.dry_run);
    if (!dependencies_.has_buckets) {
        throw ec2::UnsupportedOperation(
            "This server has no buckets to export to; 'goldsmith image export' writes files");
    }
    json::object body{{"format", lower(std::string(to_string(request.disk_image_format)))},
                      {"bucket", *request.s3_export_location.s3_bucket},
                      {"prefix", request.s3_export_location.s3_prefix.value_or("")},
                      {"description", request.description.value_or("")}};
    put_into(body, tags);
    const auto row = put_task(
        dependencies_.database,
        {.task_id = task_id("export-ami-", dependencies_.random, context, request.client_token),
         .kind = std::string(state::export_task),
         .scope = {context.account, context.region},
         .message = "pending",
         .image_id = request.image_id,
         .body = json::serialize(body),
         .created_ms = to_ms(context.now)},
        tags);
    const auto view = dependencies_.database.read(
        [&](db::Connection& connection) { return export_view(row, connection); });
    return {.description = view.description,
            .disk_image_format = request.disk_image_format,
            .export_image_task_id = view.export_image_task_id,
            .image_id = view.image_id,
            .role_name = request.role_name,
            .progress = view.progress,
            .s3_export_location = view.s3_export_location,
            .status = view.status,
            .status_message = view.status_message,
            .tags = view.tags};
}

ec2::DescribeExportImageTasksResponse ImageTaskFamily::describe_export_image_tasks(
    const api::CallContext& context, const ec2::DescribeExportImageTasksRequest& request) {
    stop_if_dry_run(request.dry_run);
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto ids = request.export_image_task_ids.value_or(std::vector<std::string>{});
        auto page = page_of_tasks(dependencies_, context, connection, "DescribeExportImageTasks",
                                  state::export_task, ids, request);
        ec2::DescribeExportImageTasksResponse response{
            .export_image_tasks = std::vector<ec2::ExportImageTask>{},
            .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.export_image_tasks->push_back(export_view(row, connection));
        }
        return response;
    });
}

}  // namespace goldsmith::service::ec2
