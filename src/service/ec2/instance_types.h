// The sizes that machines can have, as EC2 shows them. Thread-safe.
#pragma once

#include "api/generated/ec2/instance_types.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class InstanceTypeFamily final : public api::ec2::InstanceTypes {
public:
    explicit InstanceTypeFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeInstanceTypesResponse describe_instance_types(
        const api::CallContext& context,
        const api::ec2::DescribeInstanceTypesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
