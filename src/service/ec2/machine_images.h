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
    api::ec2::ModifyImageAttributeResponse modify_image_attribute(
        const api::CallContext& context,
        const api::ec2::ModifyImageAttributeRequest& request) override;
    api::ec2::ResetImageAttributeResponse reset_image_attribute(
        const api::CallContext& context,
        const api::ec2::ResetImageAttributeRequest& request) override;
    api::ec2::EnableImageDeprecationResponse enable_image_deprecation(
        const api::CallContext& context,
        const api::ec2::EnableImageDeprecationRequest& request) override;
    api::ec2::DisableImageDeprecationResponse disable_image_deprecation(
        const api::CallContext& context,
        const api::ec2::DisableImageDeprecationRequest& request) override;
    api::ec2::DisableImageResponse disable_image(
        const api::CallContext& context, const api::ec2::DisableImageRequest& request) override;
    api::ec2::EnableImageResponse enable_image(
        const api::CallContext& context, const api::ec2::EnableImageRequest& request) override;
    api::ec2::EnableFastLaunchResponse enable_fast_launch(
        const api::CallContext& context, const api::ec2::EnableFastLaunchRequest& request) override;
    api::ec2::DescribeFastLaunchImagesResponse describe_fast_launch_images(
        const api::CallContext& context,
        const api::ec2::DescribeFastLaunchImagesRequest& request) override;
    api::ec2::RegisterImageResponse register_image(
        const api::CallContext& context, const api::ec2::RegisterImageRequest& request) override;
    api::ec2::CreateImageResponse create_image(
        const api::CallContext& context, const api::ec2::CreateImageRequest& request) override;
    api::ec2::CopyImageResponse copy_image(const api::CallContext& context,
                                           const api::ec2::CopyImageRequest& request) override;

private:
    /// `change(connection, row)` on an AMI of the caller's own, in a transaction.
    template <class Change>
    void change_own(const api::CallContext& context, const std::string& image_id,
                    const std::optional<bool>& dry_run, Change change);

    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
