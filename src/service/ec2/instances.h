// Instances as EC2 shows them: the build and test machines. Thread-safe.
#pragma once

#include "api/generated/ec2/instances.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class InstanceFamily final : public api::ec2::Instances {
public:
    explicit InstanceFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeInstancesResponse describe_instances(
        const api::CallContext& context,
        const api::ec2::DescribeInstancesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
