// Tags of parameters. Thread-safe.
#pragma once

#include "api/generated/ssm/parameter_tags.h"
#include "service/dependencies.h"

namespace goldsmith::service::ssm {

class ParameterTagFamily final : public api::ssm::ParameterTags {
public:
    explicit ParameterTagFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ssm::AddTagsToResourceResponse add_tags_to_resource(
        const api::CallContext& context,
        const api::ssm::AddTagsToResourceRequest& request) override;
    api::ssm::RemoveTagsFromResourceResponse remove_tags_from_resource(
        const api::CallContext& context,
        const api::ssm::RemoveTagsFromResourceRequest& request) override;
    api::ssm::ListTagsForResourceResponse list_tags_for_resource(
        const api::CallContext& context,
        const api::ssm::ListTagsForResourceRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ssm
