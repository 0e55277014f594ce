// Jobs: AMIs and snapshots that are being made (CopyImage, CopySnapshot, CreateImage,
// CreateSnapshot). Written by service/ec2 in the transaction that answers the request, carried out
// by controllers/. Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

/// One snapshot that a job makes, of a snapshot or of an instance's disk.
struct JobSnapshot {
    std::string source_snapshot{};  // empty: the instance's disk
    std::string snapshot{};         // "snap-...", the new one
    bool operator==(const JobSnapshot&) const = default;
};

struct ImageJobRow {
    std::int64_t id = 0;
    std::string subject{};  // the new AMI; without one the new snapshot
    Scope scope{};          // where it is made, and whose it is
    // Below: kept together as JSON.
    std::string source_region{};
    std::string instance_id{};      // whose disk is read; empty: copies
    std::string parent_snapshot{};  // what that disk was made from
    std::vector<JobSnapshot> snapshots{};
    bool operator==(const ImageJobRow&) const = default;
};

void insert_image_job(db::Connection& connection, const ImageJobRow& job);
void erase_image_job(db::Connection& connection, std::int64_t id);
/// Oldest first.
std::vector<ImageJobRow> image_jobs(db::Connection& connection);

}  // namespace goldsmith::state
