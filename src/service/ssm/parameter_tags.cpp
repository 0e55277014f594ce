#include "service/ssm/parameter_tags.h"

#include <boost/json.hpp>

#include "api/generated/ssm/errors.h"
#include "db/database.h"
#include "service/ssm/parameters.h"
#include "state/tags.h"

namespace goldsmith::service::ssm {

namespace gen = api::ssm;

namespace {

constexpr std::size_t most_tags = 50;

/// The ARN under which the tags stand. Throws InvalidResourceType, InvalidResourceId.
std::string tagged_arn(db::Connection& connection, const api::CallContext& context,
                       gen::ResourceTypeForTagging type, const std::string& id) {
    if (type != gen::ResourceTypeForTagging::parameter) {
        throw gen::InvalidResourceType("Only parameters have tags here.");
    }
    const auto name = parse_reference(id).name;
    if (!state::find_parameter(connection, {context.account, context.region}, name)) {
        throw gen::InvalidResourceId("The parameter '" + name + "' was not found.");
    }
    return parameter_arn(context, name);
}

}  // namespace

gen::AddTagsToResourceResponse ParameterTagFamily::add_tags_to_resource(
    const api::CallContext& context, const gen::AddTagsToResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto arn =
            tagged_arn(transaction, context, request.resource_type, request.resource_id);
        state::TagMap tags;
        for (const auto& tag : request.tags) {
            tags[tag.key] = tag.value;
        }
        state::put_tags(transaction, arn, tags);
        if (state::tags_of(transaction, arn).size() > most_tags) {
            throw gen::TooManyTagsError("A parameter has at most 50 tags.");
        }
    });
    return {};
}

gen::RemoveTagsFromResourceResponse ParameterTagFamily::remove_tags_from_resource(
    const api::CallContext& context, const gen::RemoveTagsFromResourceRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        state::remove_tags(
            transaction,
            tagged_arn(transaction, context, request.resource_type, request.resource_id),
            request.tag_keys);
    });
    return {};
}

gen::ListTagsForResourceResponse ParameterTagFamily::list_tags_for_resource(
    const api::CallContext& context, const gen::ListTagsForResourceRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        gen::ListTagsForResourceResponse response{.tag_list = std::vector<gen::ParameterTag>{}};
        const auto arn =
            tagged_arn(connection, context, request.resource_type, request.resource_id);
        for (const auto& [key, value] : state::tags_of(connection, arn)) {
            response.tag_list->push_back({.key = key, .value = value});
        }
        return response;
    });
}

}  // namespace goldsmith::service::ssm
