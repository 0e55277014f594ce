// Subscriptions of topics. Thread-safe.
#pragma once

#include "api/generated/sns/subscriptions.h"
#include "service/dependencies.h"
#include "state/topics.h"

namespace goldsmith::service::sns {

class SubscriptionFamily final : public api::sns::Subscriptions {
public:
    explicit SubscriptionFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::sns::SubscribeResponse subscribe(const api::CallContext& context,
                                          const api::sns::SubscribeRequest& request) override;
    api::sns::ConfirmSubscriptionResponse confirm_subscription(
        const api::CallContext& context,
        const api::sns::ConfirmSubscriptionRequest& request) override;
    api::sns::UnsubscribeResponse unsubscribe(const api::CallContext& context,
                                              const api::sns::UnsubscribeRequest& request) override;
    api::sns::ListSubscriptionsResponse list_subscriptions(
        const api::CallContext& context,
        const api::sns::ListSubscriptionsRequest& request) override;
    api::sns::ListSubscriptionsByTopicResponse list_subscriptions_by_topic(
        const api::CallContext& context,
        const api::sns::ListSubscriptionsByTopicRequest& request) override;
    api::sns::GetSubscriptionAttributesResponse get_subscription_attributes(
        const api::CallContext& context,
        const api::sns::GetSubscriptionAttributesRequest& request) override;
    api::sns::SetSubscriptionAttributesResponse set_subscription_attributes(
        const api::CallContext& context,
        const api::sns::SetSubscriptionAttributesRequest& request) override;

private:
    const Dependencies& dependencies_;
};

}  // namespace goldsmith::service::sns
