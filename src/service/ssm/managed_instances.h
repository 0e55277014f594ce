// Instances whose agent Systems Manager can reach: those that RunInstances started. Thread-safe.
#pragma once

#include "api/generated/ssm/managed_instances.h"
#include "service/dependencies.h"

namespace goldsmith::service::ssm {

class ManagedInstanceFamily final : public api::ssm::ManagedInstances {
public:
    explicit ManagedInstanceFamily(const Dependencies& dependencies)
        : dependencies_(dependencies) {}

    api::ssm::DescribeInstanceInformationResponse describe_instance_information(
        const api::CallContext& context,
        const api::ssm::DescribeInstanceInformationRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ssm
