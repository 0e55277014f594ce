// Images: each is one build of a recipe, one distribution of an AMI or one import, and the record
// of what came of it. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/images.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class ImageFamily final : public api::imagebuilder::Images {
public:
    explicit ImageFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CancelImageCreationResponse cancel_image_creation(
        const api::CallContext& context,
        const api::imagebuilder::CancelImageCreationRequest& request) override;
    api::imagebuilder::CreateImageResponse create_image(
        const api::CallContext& context,
        const api::imagebuilder::CreateImageRequest& request) override;
    api::imagebuilder::DeleteImageResponse delete_image(
        const api::CallContext& context,
        const api::imagebuilder::DeleteImageRequest& request) override;
    api::imagebuilder::GetImageResponse get_image(
        const api::CallContext& context,
        const api::imagebuilder::GetImageRequest& request) override;
    api::imagebuilder::ListImageBuildVersionsResponse list_image_build_versions(
        const api::CallContext& context,
        const api::imagebuilder::ListImageBuildVersionsRequest& request) override;
    api::imagebuilder::ListImagePackagesResponse list_image_packages(
        const api::CallContext& context,
        const api::imagebuilder::ListImagePackagesRequest& request) override;
    api::imagebuilder::ListImagesResponse list_images(
        const api::CallContext& context,
        const api::imagebuilder::ListImagesRequest& request) override;
    api::imagebuilder::RetryImageResponse retry_image(
        const api::CallContext& context,
        const api::imagebuilder::RetryImageRequest& request) override;

    // image_distribution.cpp
    api::imagebuilder::DistributeImageResponse distribute_image(
        const api::CallContext& context,
        const api::imagebuilder::DistributeImageRequest& request) override;

    // image_imports.cpp
    api::imagebuilder::ImportDiskImageResponse import_disk_image(
        const api::CallContext& context,
        const api::imagebuilder::ImportDiskImageRequest& request) override;
    api::imagebuilder::ImportVmImageResponse import_vm_image(
        const api::CallContext& context,
        const api::imagebuilder::ImportVmImageRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
