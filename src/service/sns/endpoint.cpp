#include <boost/json.hpp>

#include "api/generated/sns/dispatch.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"
#include "service/sns/subscriptions.h"
#include "service/sns/topics.h"

namespace goldsmith::service {

namespace {

struct Owned {
    explicit Owned(const Dependencies& given) : dependencies(given) {}

    Dependencies dependencies;
    sns::TopicFamily topics{dependencies};
    sns::SubscriptionFamily subscriptions{dependencies};
    sns::TopicTagFamily tags{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_sns_endpoint(const Dependencies& dependencies) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies), [](Owned& owned) {
            return api::sns::make_endpoint({.topics = &owned.topics,
                                            .subscriptions = &owned.subscriptions,
                                            .topic_tags = &owned.tags});
        });
}

}  // namespace goldsmith::service
