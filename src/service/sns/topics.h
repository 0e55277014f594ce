// Topics: made, described, deleted, published to. Thread-safe.
#pragma once

#include "api/generated/sns/topic_tags.h"
#include "api/generated/sns/topics.h"
#include "service/dependencies.h"
#include "state/topics.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::sns {

/// Throws InvalidParameter for what is no topic's ARN and NotFound when there is none.
state::TopicRow require_topic(db::Connection& connection, const std::string& arn);

class TopicFamily final : public api::sns::Topics {
public:
    explicit TopicFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::sns::CreateTopicResponse create_topic(
        const api::CallContext& context, const api::sns::CreateTopicRequest& request) override;
    api::sns::DeleteTopicResponse delete_topic(
        const api::CallContext& context, const api::sns::DeleteTopicRequest& request) override;
    api::sns::ListTopicsResponse list_topics(const api::CallContext& context,
                                             const api::sns::ListTopicsRequest& request) override;
    api::sns::GetTopicAttributesResponse get_topic_attributes(
        const api::CallContext& context,
        const api::sns::GetTopicAttributesRequest& request) override;
    api::sns::SetTopicAttributesResponse set_topic_attributes(
        const api::CallContext& context,
        const api::sns::SetTopicAttributesRequest& request) override;
    api::sns::PublishResponse publish(const api::CallContext& context,
                                      const api::sns::PublishRequest& request) override;

private:
    const Dependencies& dependencies_;
};

class TopicTagFamily final : public api::sns::TopicTags {
public:
    explicit TopicTagFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::sns::TagResourceResponse tag_resource(
        const api::CallContext& context, const api::sns::TagResourceRequest& request) override;
    api::sns::UntagResourceResponse untag_resource(
        const api::CallContext& context, const api::sns::UntagResourceRequest& request) override;
    api::sns::ListTagsForResourceResponse list_tags_for_resource(
        const api::CallContext& context,
        const api::sns::ListTagsForResourceRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::sns
