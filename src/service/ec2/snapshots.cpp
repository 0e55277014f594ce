#include "service/ec2/snapshots.h"

#include <algorithm>

#include "api/generated/ec2/snapshots_json.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/ec2/image_making.h"
#include "service/ec2/snapshot_removal.h"
#include "service/milliseconds.h"
#include "state/amis.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr api::FilterRule filter_rules[] = {
    {"description", api::Match::glob}, {"owner-id", api::Match::glob},
    {"snapshot-id", api::Match::glob}, {"status", api::Match::glob},
    {"tag-key", api::Match::glob},     {"tag:*", api::Match::glob},
    {"volume-id", api::Match::glob},   {"volume-size", api::Match::glob}};

/// Snapshots are made from build machines, whose disks are no volumes that could be looked up.
constexpr auto no_volume = "vol-ffffffff";

state::TagMap tags_of(db::Connection& connection, const state::SnapshotRow& row) {
    return state::tags_of(connection, state::ec2_arn(row.region, "snapshot", row.snapshot_id));
}

std::vector<std::string> filter_values(const state::SnapshotRow& row, const state::TagMap& tags,
                                       std::string_view name) {
    if (auto values = tag_filter_values(tags, name)) {
        return *values;
    }
    const std::map<std::string_view, std::string> values{
        {"description", row.description}, {"owner-id", row.owner},
        {"snapshot-id", row.snapshot_id}, {"status", row.state},
        {"volume-id", no_volume},         {"volume-size", std::to_string(row.volume_size_gib)}};
    return {values.at(name)};
}

ec2::Snapshot view(const state::SnapshotRow& row, const state::TagMap& tags) {
    ec2::SnapshotState snapshot_state{};
    from_string(row.state, snapshot_state);
    return {.snapshot_id = row.snapshot_id,
            .volume_id = no_volume,
            .state = snapshot_state,
            .start_time = from_ms(row.created_ms),
            .progress = row.state == "pending" ? "0%" : "100%",
            .owner_id = row.owner,
            .description = row.description,
            .volume_size = static_cast<std::int32_t>(row.volume_size_gib),
            .encrypted = false,
            .storage_tier = ec2::StorageTier::standard,
            .tags = to_tags(tags)};
}

void require_snapshot_id(const std::string& id) {
    if (!id.starts_with("snap-")) {
        throw ec2::InvalidSnapshotIdMalformed("Invalid id: \"" + id +
                                              "\" (expecting \"snap-...\")");
    }
}

[[noreturn]] void throw_no_snapshot(const std::string& id) {
    throw ec2::InvalidSnapshotNotFound("The snapshot '" + id + "' does not exist.");
}

}  // namespace

ec2::DescribeSnapshotsResponse SnapshotFamily::describe_snapshots(
    const api::CallContext& context, const ec2::DescribeSnapshotsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    const auto ids = request.snapshot_ids.value_or(std::vector<std::string>{});
    return dependencies_.database.read([&](db::Connection& connection) {
        for (const std::string& id : ids) {
            require_snapshot_id(id);
            const auto row = state::find_snapshot(connection, context.region, id);
            if (!row || (row->owner != context.account && row->owner != "amazon")) {
                throw_no_snapshot(id);
            }
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_snapshots(connection, context.region, before, limit);
        };
        const auto keep = [&](const state::SnapshotRow& row) {
            const bool visible = row.owner == context.account || row.owner == "amazon";
            const bool named =
                ids.empty() || std::find(ids.begin(), ids.end(), row.snapshot_id) != ids.end();
            if (!visible || !named || !owner_matches(context, request.owner_ids, row.owner)) {
                return false;
            }
            const auto tags = filters.empty() ? state::TagMap{} : tags_of(connection, row);
            return filters.matches(
                [&](std::string_view name) { return filter_values(row, tags, name); });
        };
        auto page = describe_page(dependencies_.page_tokens, context, "DescribeSnapshots", request,
                                  fetch, keep);
        ec2::DescribeSnapshotsResponse response{.snapshots = std::vector<ec2::Snapshot>{},
                                                .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.snapshots->push_back(view(row, tags_of(connection, row)));
        }
        return response;
    });
}

ec2::DeleteSnapshotResponse SnapshotFamily::delete_snapshot(
    const api::CallContext& context, const ec2::DeleteSnapshotRequest& request) {
    require_snapshot_id(request.snapshot_id);
    stop_if_dry_run(request.dry_run);
    switch (
        remove_snapshot(dependencies_, {context.account, context.region}, request.snapshot_id)) {
        case SnapshotRemoval::not_found:
            throw_no_snapshot(request.snapshot_id);
        case SnapshotRemoval::in_use:
            throw ec2::InvalidSnapshotInUse("The snapshot " + request.snapshot_id +
                                            " is currently in use by an AMI");
        case SnapshotRemoval::removed:
            break;
    }
    return {.return_ = true};
}

ec2::CreateSnapshotResponse SnapshotFamily::create_snapshot(
    const api::CallContext& context, const ec2::CreateSnapshotRequest& request) {
    return service::ec2::create_snapshot(dependencies_, context, request);
}

ec2::CopySnapshotResponse SnapshotFamily::copy_snapshot(const api::CallContext& context,
                                                        const ec2::CopySnapshotRequest& request) {
    return service::ec2::copy_snapshot(dependencies_, context, request);
}

}  // namespace goldsmith::service::ec2
