// Start, Stop, Reboot and TerminateInstances: they write what is wanted of each instance, and the
// state that EC2 shows meanwhile; the instance controller does it. All instances of a request
// change or none. Throw EC2's own errors, DryRunOperation among them.
#pragma once

#include "api/context.h"
#include "api/generated/ec2/instances_types.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

api::ec2::StartInstancesResponse start_instances(const Dependencies& dependencies,
                                                 const api::CallContext& context,
                                                 const api::ec2::StartInstancesRequest& request);
api::ec2::StopInstancesResponse stop_instances(const Dependencies& dependencies,
                                               const api::CallContext& context,
                                               const api::ec2::StopInstancesRequest& request);
api::ec2::RebootInstancesResponse reboot_instances(const Dependencies& dependencies,
                                                   const api::CallContext& context,
                                                   const api::ec2::RebootInstancesRequest& request);
api::ec2::TerminateInstancesResponse terminate_instances(
    const Dependencies& dependencies, const api::CallContext& context,
    const api::ec2::TerminateInstancesRequest& request);

}  // namespace goldsmith::service::ec2
