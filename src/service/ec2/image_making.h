// New AMIs and snapshots: RegisterImage, CreateImage, CopyImage, CreateSnapshot, CopySnapshot. What
// takes time is written as a job, in the transaction that answers; the image controller carries it
// out. Throw EC2's own errors, DryRunOperation among them.
#pragma once

#include "api/context.h"
#include "api/generated/ec2/machine_images_types.h"
#include "api/generated/ec2/snapshots_types.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

api::ec2::RegisterImageResponse register_image(const Dependencies& dependencies,
                                               const api::CallContext& context,
                                               const api::ec2::RegisterImageRequest& request);
api::ec2::CreateImageResponse create_image(const Dependencies& dependencies,
                                           const api::CallContext& context,
                                           const api::ec2::CreateImageRequest& request);
api::ec2::CopyImageResponse copy_image(const Dependencies& dependencies,
                                       const api::CallContext& context,
                                       const api::ec2::CopyImageRequest& request);
api::ec2::CopySnapshotResponse copy_snapshot(const Dependencies& dependencies,
                                             const api::CallContext& context,
                                             const api::ec2::CopySnapshotRequest& request);
api::ec2::CreateSnapshotResponse create_snapshot(const Dependencies& dependencies,
                                                 const api::CallContext& context,
                                                 const api::ec2::CreateSnapshotRequest& request);

}  // namespace goldsmith::service::ec2
