// Tags of AMIs, snapshots and instances. Thread-safe.
#pragma once

#include "api/generated/ec2/tags.h"
#include "service/dependencies.h"

namespace goldsmith::service::ec2 {

class TagFamily final : public api::ec2::Tags {
public:
    explicit TagFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::CreateTagsResponse create_tags(const api::CallContext& context,
                                             const api::ec2::CreateTagsRequest& request) override;
    api::ec2::DeleteTagsResponse delete_tags(const api::CallContext& context,
                                             const api::ec2::DeleteTagsRequest& request) override;
    api::ec2::DescribeTagsResponse describe_tags(
        const api::CallContext& context, const api::ec2::DescribeTagsRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::ec2
