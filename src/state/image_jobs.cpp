#include "state/image_jobs.h"

#include <boost/json.hpp>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

namespace json = boost::json;

constexpr std::string_view insert_sql =
    "INSERT INTO image_jobs (subject, account, region, body) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view erase_sql = "DELETE FROM image_jobs WHERE id = ?1";
constexpr std::string_view all_sql =
    "SELECT id, subject, account, region, body FROM image_jobs ORDER BY id";

std::string body_of(const ImageJobRow& job) {
    json::array snapshots;
    for (const JobSnapshot& each : job.snapshots) {
        snapshots.push_back(
            json::object{{"source", each.source_snapshot}, {"snapshot", each.snapshot}});
    }
    return json::serialize(json::object{{"source_region", job.source_region},
                                        {"instance_id", job.instance_id},
                                        {"parent_snapshot", job.parent_snapshot},
                                        {"snapshots", std::move(snapshots)}});
}

std::string text_of(const json::object& body, std::string_view name) {
    return std::string(body.at(name).as_string());
}

ImageJobRow read(const db::Row& row) {
    ImageJobRow job{
        .id = row.integer(0), .subject = row.text(1), .scope = {row.text(2), row.text(3)}};
    const json::value tree = json::parse(row.text(4));
    const json::object& body = tree.as_object();
    job.source_region = text_of(body, "source_region");
    job.instance_id = text_of(body, "instance_id");
    job.parent_snapshot = text_of(body, "parent_snapshot");
    for (const json::value& each : body.at("snapshots").as_array()) {
        job.snapshots.push_back(
            {text_of(each.as_object(), "source"), text_of(each.as_object(), "snapshot")});
    }
    return job;
}

}  // namespace

void insert_image_job(db::Connection& connection, const ImageJobRow& job) {
    connection.execute(insert_sql,
                       {job.subject, job.scope.account, job.scope.region, body_of(job)});
}

void erase_image_job(db::Connection& connection, std::int64_t id) {
    connection.execute(erase_sql, {id});
}

std::vector<ImageJobRow> image_jobs(db::Connection& connection) {
    std::vector<ImageJobRow> jobs;
    for (const db::Row& row : connection.query(all_sql)) {
        jobs.push_back(read(row));
    }
    return jobs;
}

}  // namespace goldsmith::state
