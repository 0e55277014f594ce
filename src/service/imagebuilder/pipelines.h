// Image pipelines: a recipe, an infrastructure and a distribution under one name, to be run again
// and again, by hand or on a schedule (pipeline_runs.h). Thread-safe.
#pragma once

#include "api/generated/imagebuilder/pipelines.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class PipelineFamily final : public api::imagebuilder::Pipelines {
public:
    explicit PipelineFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::CreateImagePipelineResponse create_image_pipeline(
        const api::CallContext& context,
        const api::imagebuilder::CreateImagePipelineRequest& request) override;
    api::imagebuilder::DeleteImagePipelineResponse delete_image_pipeline(
        const api::CallContext& context,
        const api::imagebuilder::DeleteImagePipelineRequest& request) override;
    api::imagebuilder::GetImagePipelineResponse get_image_pipeline(
        const api::CallContext& context,
        const api::imagebuilder::GetImagePipelineRequest& request) override;
    api::imagebuilder::ListImagePipelineImagesResponse list_image_pipeline_images(
        const api::CallContext& context,
        const api::imagebuilder::ListImagePipelineImagesRequest& request) override;
    api::imagebuilder::ListImagePipelinesResponse list_image_pipelines(
        const api::CallContext& context,
        const api::imagebuilder::ListImagePipelinesRequest& request) override;
    api::imagebuilder::StartImagePipelineExecutionResponse start_image_pipeline_execution(
        const api::CallContext& context,
        const api::imagebuilder::StartImagePipelineExecutionRequest& request) override;
    api::imagebuilder::UpdateImagePipelineResponse update_image_pipeline(
        const api::CallContext& context,
        const api::imagebuilder::UpdateImagePipelineRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
