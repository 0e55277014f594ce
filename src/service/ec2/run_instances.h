// RunInstances: checks what is asked for and writes the rows; the instance controller starts the
// machines.
#pragma once

#include "api/context.h"
#include "api/generated/ec2/instances_types.h"
#include "service/dependencies.h"
#include "service/ec2/pass_gate.h"

namespace goldsmith::service::ec2 {

/// Throws EC2's own errors, DryRunOperation among them.
api::ec2::RunInstancesResponse run_instances(const Dependencies& dependencies,
                                             const PassGate& pass_gate,
                                             const api::CallContext& context,
                                             const api::ec2::RunInstancesRequest& request);

}  // namespace goldsmith::service::ec2
