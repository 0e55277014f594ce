#include "service/sns/topics.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "api/generated/sns/errors.h"
#include "api/generated/sns/topics_json.h"
#include "db/database.h"
#include "policy/document.h"
#include "service/milliseconds.h"
#include "service/sns/messages.h"
#include "state/tags.h"

namespace goldsmith::service::sns {

namespace gen = api::sns;
namespace json = boost::json;

namespace {

constexpr std::size_t page_length = 100;
constexpr std::array<std::string_view, 4> settable{"DisplayName", "DeliveryPolicy", "TracingConfig",
                                                   "SignatureVersion"};

/// Throws InvalidParameter for an attribute that would do nothing here.
void check_attribute(const std::string& name, const std::string& value) {
    if (name == "FifoTopic" && value != "true") {
        return;
    }
    if (name == "FifoTopic" || name == "ContentBasedDeduplication" || name == "KmsMasterKeyId" ||
        name == "Policy") {
        throw gen::InvalidParameter("Invalid parameter: the topic attribute " + name +
                                    " is not offered by this server.");
    }
    if (std::ranges::find(settable, name) == settable.end()) {
        throw gen::InvalidParameter("Invalid parameter: AttributeName: '" + name + "'");
    }
}

std::string counted(db::Connection& connection, const state::TopicRow& topic, bool confirmed) {
    const auto all = state::subscriptions_of_topic(connection, topic.id);
    return std::to_string(std::ranges::count_if(
        all, [&](const auto& one) { return one.is_confirmed() == confirmed; }));
}

std::string attributes_json(const gen::PublishRequest& request) {
    json::object object;
    for (const auto& [name, attribute] :
         request.message_attributes.value_or(std::map<std::string, gen::MessageAttribute>{})) {
        if (attribute.string_value.has_value() == attribute.binary_value.has_value()) {
            throw gen::InvalidParameter("Invalid parameter: the message attribute '" + name +
                                        "' must contain either a StringValue or a BinaryValue.");
        }
        object[name] = {
            {"Type", attribute.data_type},
            {"Value", attribute.string_value ? *attribute.string_value : *attribute.binary_value}};
    }
    return object.empty() ? "" : json::serialize(object);
}

/// The message for http endpoints out of {"default": .., "http": ..}.
std::string structured(const std::string& message) {
    boost::system::error_code error;
    const auto tree = json::parse(message, error);
    const auto* object = error ? nullptr : tree.if_object();
    const auto* chosen = object == nullptr ? nullptr : object->if_contains("default");
    if (chosen == nullptr || !chosen->is_string()) {
        throw gen::InvalidParameter(
            "Invalid parameter: Message Structure - No default entry in JSON message body");
    }
    for (const char* protocol : {"https", "http"}) {
        if (const auto* own = object->if_contains(protocol); own != nullptr && own->is_string()) {
            chosen = own;
        }
    }
    return std::string(chosen->as_string());
}

}  // namespace

state::TopicRow require_topic(db::Connection& connection, const std::string& arn) {
    if (!arn.starts_with("arn:aws:sns:")) {
        throw gen::InvalidParameter("Invalid parameter: TopicArn Reason: '" + arn +
                                    "' is no ARN of a topic.");
    }
    auto topic = topic_of_arn(connection, arn);
    if (!topic) {
        throw gen::NotFound("Topic does not exist");
    }
    return *std::move(topic);
}

gen::CreateTopicResponse TopicFamily::create_topic(const api::CallContext& context,
                                                   const gen::CreateTopicRequest& request) {
    if (request.name.ends_with(".fifo")) {
        throw gen::InvalidParameter(
            "Invalid parameter: Topic Name: FIFO topics are not offered by this server.");
    }
    const auto wanted = request.attributes.value_or(state::TopicAttributes{});
    for (const auto& [name, value] : wanted) {
        check_attribute(name, value);
    }
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const state::Scope scope{context.account, context.region};
        state::TopicRow topic{.scope = scope, .name = request.name, .attributes = wanted};
        topic.attributes.erase("FifoTopic");
        state::TagMap tags;
        for (const auto& tag : request.tags.value_or(std::vector<gen::Tag>{})) {
            tags[tag.key] = tag.value;
        }
        if (const auto there = state::find_topic(transaction, scope, request.name)) {
            const auto differs = std::ranges::any_of(topic.attributes, [&](const auto& attribute) {
                const auto found = there->attributes.find(attribute.first);
                return found == there->attributes.end() || found->second != attribute.second;
            });
            if (differs || (request.tags && tags != state::tags_of(transaction, topic.arn()))) {
                throw gen::InvalidParameter(
                    "Invalid parameter: Attributes Reason: Topic already "
                    "exists with different attributes or tags");
            }
            return gen::CreateTopicResponse{.topic_arn = topic.arn()};
        }
        state::insert_topic(transaction, topic);
        state::put_tags(transaction, topic.arn(), tags);
        return gen::CreateTopicResponse{.topic_arn = topic.arn()};
    });
}

gen::DeleteTopicResponse TopicFamily::delete_topic(const api::CallContext&,
                                                   const gen::DeleteTopicRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        if (const auto topic = topic_of_arn(transaction, request.topic_arn)) {
            state::erase_topic(transaction, topic->id);
            state::erase_tags(transaction, topic->arn());
        }
    });
    return {};
}

gen::ListTopicsResponse TopicFamily::list_topics(const api::CallContext& context,
                                                 const gen::ListTopicsRequest& request) {
    const auto scope = api::page_scope("ListTopics", context, json::object{});
    api::PageRequest page{page_length, std::nullopt};
    if (request.next_token) {
        page.after = dependencies_.page_tokens.open(scope, *request.next_token);
        if (!page.after) {
            throw gen::InvalidParameter("Invalid parameter: NextToken");
        }
    }
    auto cut =
        api::cut_page(dependencies_.page_tokens, scope, page,
                      dependencies_.database.read([&](db::Connection& connection) {
                          return state::page_topics(connection, {context.account, context.region},
                                                    page.after.value_or(""), page_length + 1);
                      }),
                      [](const state::TopicRow& topic) { return topic.name; });
    gen::ListTopicsResponse response{.topics = std::vector<gen::Topic>{},
                                     .next_token = cut.next_token};
    for (const auto& topic : cut.items) {
        response.topics->push_back({.topic_arn = topic.arn()});
    }
    return response;
}

gen::GetTopicAttributesResponse TopicFamily::get_topic_attributes(
    const api::CallContext&, const gen::GetTopicAttributesRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto topic = require_topic(connection, request.topic_arn);
        auto attributes = topic.attributes;
        attributes.try_emplace("DisplayName", "");
        attributes["TopicArn"] = topic.arn();
        attributes["Owner"] = topic.scope.account;
        attributes["SubscriptionsConfirmed"] = counted(connection, topic, true);
        attributes["SubscriptionsPending"] = counted(connection, topic, false);
        attributes["SubscriptionsDeleted"] = "0";
        return gen::GetTopicAttributesResponse{.attributes = attributes};
    });
}

gen::SetTopicAttributesResponse TopicFamily::set_topic_attributes(
    const api::CallContext&, const gen::SetTopicAttributesRequest& request) {
    const std::string value = request.attribute_value.value_or("");
    check_attribute(request.attribute_name, value);
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto topic = require_topic(transaction, request.topic_arn);
        topic.attributes[request.attribute_name] = value;
        state::update_topic(transaction, topic);
    });
    return {};
}

gen::PublishResponse TopicFamily::publish(const api::CallContext& context,
                                          const gen::PublishRequest& request) {
    if (request.phone_number) {
        throw gen::InvalidParameter("Invalid parameter: PhoneNumber Reason: no SMS is sent here.");
    }
    if (request.topic_arn.has_value() == request.target_arn.has_value()) {
        throw gen::InvalidParameter(
            "Invalid parameter: TopicArn or TargetArn Reason: exactly one "
            "of them must be given.");
    }
    OutgoingMessage message{.message = request.message,
                            .subject = request.subject,
                            .attributes_json = attributes_json(request),
                            .now_ms = to_ms(context.now)};
    if (request.message_structure) {
        if (*request.message_structure != "json") {
            throw gen::InvalidParameter("Invalid parameter: MessageStructure Reason: only 'json'.");
        }
        message.message = structured(request.message);
    }
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto topic = require_topic(
            transaction, request.topic_arn ? *request.topic_arn : *request.target_arn);
        return gen::PublishResponse{
            .message_id = sns::publish(transaction, dependencies_.random, topic, message)};
    });
}

}  // namespace goldsmith::service::sns
