// Instances: what RunInstances started, and the machines of builds and tests. Thread-safe.
#pragma once

#include "api/generated/ec2/instances.h"
#include "service/dependencies.h"
#include "service/ec2/pass_gate.h"

namespace goldsmith::service::ec2 {

class InstanceFamily final : public api::ec2::Instances {
public:
    InstanceFamily(const Dependencies& dependencies, const PassGate& pass_gate)
        : dependencies_(dependencies), pass_gate_(pass_gate) {}

    api::ec2::RunInstancesResponse run_instances(
        const api::CallContext& context, const api::ec2::RunInstancesRequest& request) override;
    api::ec2::DescribeInstancesResponse describe_instances(
        const api::CallContext& context,
        const api::ec2::DescribeInstancesRequest& request) override;
    api::ec2::DescribeInstanceStatusResponse describe_instance_status(
        const api::CallContext& context,
        const api::ec2::DescribeInstanceStatusRequest& request) override;
    api::ec2::StartInstancesResponse start_instances(
        const api::CallContext& context, const api::ec2::StartInstancesRequest& request) override;
    api::ec2::StopInstancesResponse stop_instances(
        const api::CallContext& context, const api::ec2::StopInstancesRequest& request) override;
    api::ec2::RebootInstancesResponse reboot_instances(
        const api::CallContext& context, const api::ec2::RebootInstancesRequest& request) override;
    api::ec2::TerminateInstancesResponse terminate_instances(
        const api::CallContext& context,
        const api::ec2::TerminateInstancesRequest& request) override;
    api::ec2::GetConsoleOutputResponse get_console_output(
        const api::CallContext& context, const api::ec2::GetConsoleOutputRequest& request) override;
    api::ec2::DescribeInstanceAttributeResponse describe_instance_attribute(
        const api::CallContext& context,
        const api::ec2::DescribeInstanceAttributeRequest& request) override;
    api::ec2::ModifyInstanceAttributeResponse modify_instance_attribute(
        const api::CallContext& context,
        const api::ec2::ModifyInstanceAttributeRequest& request) override;

private:
    const Dependencies& dependencies_;
    const PassGate& pass_gate_;
};

}  // namespace goldsmith::service::ec2
