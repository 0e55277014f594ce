// AMIs as EC2 shows them. Thread-safe.
#pragma once

#include "api/generated/ec2/machine_images.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class MachineImageFamily final : public api::ec2::MachineImages {
public:
    explicit MachineImageFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeImagesResponse describe_images(
        const api::CallContext& context, const api::ec2::DescribeImagesRequest& request) override;
    api::ec2::DescribeImageAttributeResponse describe_image_attribute(
        const api::CallContext& context,
        const api::ec2::DescribeImageAttributeRequest& request) override;
    api::ec2::DeregisterImageResponse deregister_image(
        const api::CallContext& context, const api::ec2::DeregisterImageRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
