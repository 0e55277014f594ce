#include <boost/json.hpp>

#include "api/generated/sns/errors.h"
#include "db/database.h"
#include "service/sns/messages.h"
#include "service/sns/topics.h"
#include "state/tags.h"

namespace goldsmith::service::sns {

namespace gen = api::sns;

namespace {

constexpr std::size_t most_tags = 50;

void require_tagged(db::Connection& connection, const std::string& arn) {
    if (!topic_of_arn(connection, arn)) {
        throw gen::ResourceNotFound("Resource does not exist");
    }
}

}  // namespace

gen::TagResourceResponse TopicTagFamily::tag_resource(const api::CallContext&,
                                                      const gen::TagResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        require_tagged(transaction, request.resource_arn);
        state::TagMap tags;
        for (const auto& tag : request.tags) {
            tags[tag.key] = tag.value;
        }
        state::put_tags(transaction, request.resource_arn, tags);
        if (state::tags_of(transaction, request.resource_arn).size() > most_tags) {
            throw gen::TagLimitExceeded(
                "Could not complete request: tag quota of per resource "
                "exceeded");
        }
    });
    return {};
}

gen::UntagResourceResponse TopicTagFamily::untag_resource(
    const api::CallContext&, const gen::UntagResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        require_tagged(transaction, request.resource_arn);
        state::remove_tags(transaction, request.resource_arn, request.tag_keys);
    });
    return {};
}

gen::ListTagsForResourceResponse TopicTagFamily::list_tags_for_resource(
    const api::CallContext&, const gen::ListTagsForResourceRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        require_tagged(connection, request.resource_arn);
        gen::ListTagsForResourceResponse response{.tags = std::vector<gen::Tag>{}};
        for (const auto& [key, value] : state::tags_of(connection, request.resource_arn)) {
            response.tags->push_back({.key = key, .value = value});
        }
        return response;
    });
}

}  // namespace goldsmith::service::sns
