// Tags of log groups.
#include <boost/json.hpp>

#include "api/generated/logs/errors.h"
#include "db/database.h"
#include "service/logs/groups.h"
#include "state/tags.h"

namespace goldsmith::service::logs {

namespace lg = api::logs;

namespace {

constexpr std::size_t most_tags = 50;

/// The ARN under which the tags stand. Throws InvalidParameterException,
/// ResourceNotFoundException.
std::string tagged_arn(const Dependencies& dependencies, const api::CallContext& context,
                       std::string arn) {
    if (arn.ends_with(":*")) {
        arn.resize(arn.size() - 2);
    }
    const std::string prefix = group_arn(context, "");
    if (!arn.starts_with(prefix)) {
        throw lg::InvalidParameterException("'" + arn + "' is no ARN of a log group of yours in " +
                                            context.region + ".");
    }
    if (!log_store(dependencies, context).group(arn.substr(prefix.size()))) {
        throw_no_group();
    }
    return arn;
}

}  // namespace

lg::TagResourceResponse GroupFamily::tag_resource(const api::CallContext& context,
                                                  const lg::TagResourceRequest& request) {
    const auto arn = tagged_arn(dependencies_, context, request.resource_arn);
    dependencies_.database.write([&](db::Transaction& transaction) {
        state::put_tags(transaction, arn, request.tags);
        if (state::tags_of(transaction, arn).size() > most_tags) {
            throw lg::TooManyTagsException("A log group has at most 50 tags.");
        }
    });
    return {};
}

lg::UntagResourceResponse GroupFamily::untag_resource(const api::CallContext& context,
                                                      const lg::UntagResourceRequest& request) {
    const auto arn = tagged_arn(dependencies_, context, request.resource_arn);
    dependencies_.database.write([&](db::Transaction& transaction) {
        state::remove_tags(transaction, arn, request.tag_keys);
    });
    return {};
}

lg::ListTagsForResourceResponse GroupFamily::list_tags_for_resource(
    const api::CallContext& context, const lg::ListTagsForResourceRequest& request) {
    const auto arn = tagged_arn(dependencies_, context, request.resource_arn);
    return {.tags = dependencies_.database.read(
                [&](db::Connection& connection) { return state::tags_of(connection, arn); })};
}

}  // namespace goldsmith::service::logs
