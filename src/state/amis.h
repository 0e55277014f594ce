// Rows of AMIs and snapshots: what EC2's Describe operations show. The bytes and their manifests
// are in the store of the region; a row is written after the manifest and removed before it.
// Written by actions/ (CreateImage, DistributeImage) and by `goldsmith image import`, read by
// service/ec2.
//
// Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct AmiDevice {
    std::string device_name{};  // "/dev/xvda"
    std::string snapshot_id{};  // "snap-..."
    std::int64_t volume_size_gib = 0;
    bool operator==(const AmiDevice&) const = default;
};

struct AmiRow {
    std::int64_t id = 0;
    std::string region{};
    std::string image_id{};  // "ami-..."
    std::string owner{};     // account, or "amazon" for managed ones
    std::string name{};      // unique per owner and region
    std::string state = "available";
    std::int64_t created_ms = 0;
    // Below: kept together as JSON.
    std::string description{};
    std::string architecture = "x86_64";
    std::string platform_details = "Linux/UNIX";
    std::string boot_mode{};  // "uefi-preferred"; empty: unset
    std::string root_device_name{};
    std::string source_image_id{};      // the AMI it was copied or built from; may be empty
    std::string source_image_region{};  // copies only
    bool is_public = false;
    std::vector<std::string> launch_accounts{};    // accounts that it is shared with, sorted
    std::optional<std::int64_t> deprecation_ms{};  // from when on it is deprecated
    std::string source_instance_id{};              // CreateImage: the instance
    std::string state_reason{};                    // why it failed
    std::string imds_support{};                    // "v2.0"; empty: unset
    std::string tpm_support{};                     // "v2.0"; empty: unset
    std::vector<AmiDevice> devices{};
    bool operator==(const AmiRow&) const = default;
};

/// Whether an account sees an AMI and may start machines from it: its owner, everybody when it is
/// public or managed, and those that it is shared with.
bool may_launch(const AmiRow& ami, std::string_view account);

/// Fills in `id`. Throws db::Error{unique} when the image id is taken in the region.
void insert_ami(db::Connection& connection, AmiRow& ami);
void update_ami(db::Connection& connection, const AmiRow& ami);
bool erase_ami(db::Connection& connection, std::string_view region, std::string_view image_id);
std::optional<AmiRow> find_ami(db::Connection& connection, std::string_view region,
                               std::string_view image_id);
std::optional<AmiRow> find_ami_by_name(db::Connection& connection, std::string_view region,
                                       std::string_view owner, std::string_view name);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<AmiRow> page_amis(db::Connection& connection, std::string_view region,
                              std::int64_t before, int limit);

struct SnapshotRow {
    std::int64_t id = 0;
    std::string region{};
    std::string snapshot_id{};  // "snap-..."
    std::string owner{};
    std::string state = "completed";
    std::string description{};
    std::int64_t volume_size_gib = 0;
    std::int64_t created_ms = 0;
    bool operator==(const SnapshotRow&) const = default;
};

/// Fills in `id`. Throws db::Error{unique} when the snapshot id is taken in the region.
void insert_snapshot(db::Connection& connection, SnapshotRow& snapshot);
bool erase_snapshot(db::Connection& connection, std::string_view region,
                    std::string_view snapshot_id);
/// False: there is no such snapshot.
bool set_snapshot_state(db::Connection& connection, std::string_view region,
                        std::string_view snapshot_id, std::string_view state);
std::optional<SnapshotRow> find_snapshot(db::Connection& connection, std::string_view region,
                                         std::string_view snapshot_id);
std::vector<SnapshotRow> page_snapshots(db::Connection& connection, std::string_view region,
                                        std::int64_t before, int limit);

}  // namespace goldsmith::state
