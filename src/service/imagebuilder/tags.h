// Tags of Image Builder resources. Thread-safe.
#pragma once

#include "api/generated/imagebuilder/tags.h"
#include "service/dependencies.h"

namespace goldsmith::service::imagebuilder {

class TagFamily final : public api::imagebuilder::Tags {
public:
    explicit TagFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::imagebuilder::ListTagsForResourceResponse list_tags_for_resource(
        const api::CallContext& context,
        const api::imagebuilder::ListTagsForResourceRequest& request) override;
    api::imagebuilder::TagResourceResponse tag_resource(
        const api::CallContext& context,
        const api::imagebuilder::TagResourceRequest& request) override;
    api::imagebuilder::UntagResourceResponse untag_resource(
        const api::CallContext& context,
        const api::imagebuilder::UntagResourceRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::imagebuilder
