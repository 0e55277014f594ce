// Launch templates and their versions. Thread-safe.
#pragma once

#include "api/generated/ec2/launch_templates.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class LaunchTemplateFamily final : public api::ec2::LaunchTemplates {
public:
    explicit LaunchTemplateFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::CreateLaunchTemplateResponse create_launch_template(
        const api::CallContext& context,
        const api::ec2::CreateLaunchTemplateRequest& request) override;
    api::ec2::CreateLaunchTemplateVersionResponse create_launch_template_version(
        const api::CallContext& context,
        const api::ec2::CreateLaunchTemplateVersionRequest& request) override;
    api::ec2::DescribeLaunchTemplatesResponse describe_launch_templates(
        const api::CallContext& context,
        const api::ec2::DescribeLaunchTemplatesRequest& request) override;
    api::ec2::DescribeLaunchTemplateVersionsResponse describe_launch_template_versions(
        const api::CallContext& context,
        const api::ec2::DescribeLaunchTemplateVersionsRequest& request) override;
    api::ec2::ModifyLaunchTemplateResponse modify_launch_template(
        const api::CallContext& context,
        const api::ec2::ModifyLaunchTemplateRequest& request) override;
    api::ec2::DeleteLaunchTemplateResponse delete_launch_template(
        const api::CallContext& context,
        const api::ec2::DeleteLaunchTemplateRequest& request) override;
    api::ec2::DeleteLaunchTemplateVersionsResponse delete_launch_template_versions(
        const api::CallContext& context,
        const api::ec2::DeleteLaunchTemplateVersionsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
