// Snapshots as EC2 shows them. Thread-safe.
#pragma once

#include "api/generated/ec2/snapshots.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class SnapshotFamily final : public api::ec2::Snapshots {
public:
    explicit SnapshotFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeSnapshotsResponse describe_snapshots(
        const api::CallContext& context,
        const api::ec2::DescribeSnapshotsRequest& request) override;
    api::ec2::DeleteSnapshotResponse delete_snapshot(
        const api::CallContext& context, const api::ec2::DeleteSnapshotRequest& request) override;
    api::ec2::CreateSnapshotResponse create_snapshot(
        const api::CallContext& context, const api::ec2::CreateSnapshotRequest& request) override;
    api::ec2::CopySnapshotResponse copy_snapshot(
        const api::CallContext& context, const api::ec2::CopySnapshotRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
