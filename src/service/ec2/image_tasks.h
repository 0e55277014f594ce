// EC2's import and export tasks: what was asked for becomes a row, which actions/image_tasks
// carries out. Thread-safe.
#pragma once

#include "api/generated/ec2/image_tasks.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class ImageTaskFamily final : public api::ec2::ImageTasks {
public:
    explicit ImageTaskFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::ImportImageResponse import_image(
        const api::CallContext& context, const api::ec2::ImportImageRequest& request) override;
    api::ec2::DescribeImportImageTasksResponse describe_import_image_tasks(
        const api::CallContext& context,
        const api::ec2::DescribeImportImageTasksRequest& request) override;
    api::ec2::CancelImportTaskResponse cancel_import_task(
        const api::CallContext& context, const api::ec2::CancelImportTaskRequest& request) override;
    api::ec2::ExportImageResponse export_image(
        const api::CallContext& context, const api::ec2::ExportImageRequest& request) override;
    api::ec2::DescribeExportImageTasksResponse describe_export_image_tasks(
        const api::CallContext& context,
        const api::ec2::DescribeExportImageTasksRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
