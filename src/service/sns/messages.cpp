#include "service/sns/messages.h"

#include <boost/json.hpp>

#include "base/random.h"
#include "service/milliseconds.h"

namespace goldsmith::service::sns {

namespace json = boost::json;

namespace {

bool is_web(const std::string& protocol) {
    return protocol == "http" || protocol == "https";
}

void deliver(db::Connection& connection, const state::SubscriptionRow& subscription,
             const std::string& id, const std::string& type, std::string body,
             std::int64_t now_ms) {
    state::insert_delivery(connection, {.subscription_id = subscription.subscription_id,
                                        .message_id = id,
                                        .type = type,
                                        .body = std::move(body),
                                        .due_ms = now_ms});
}

std::string notification(const std::string& id, const state::TopicRow& topic,
                         const OutgoingMessage& message) {
    json::object envelope{{"Type", "Notification"}, {"MessageId", id}, {"TopicArn", topic.arn()}};
    if (message.subject) {
        envelope["Subject"] = *message.subject;
    }
    envelope["Message"] = message.message;
    envelope["Timestamp"] = base::format_iso8601(from_ms(message.now_ms));
    if (!message.attributes_json.empty()) {
        envelope["MessageAttributes"] = json::parse(message.attributes_json);
    }
    return json::serialize(envelope);
}

}  // namespace

std::string publish(db::Connection& connection, base::Random& random, const state::TopicRow& topic,
                    const OutgoingMessage& message) {
    const std::string id = base::make_uuid(random);
    const std::string envelope = notification(id, topic, message);
    for (const auto& subscription : state::subscriptions_of_topic(connection, topic.id)) {
        if (!subscription.is_confirmed() || !is_web(subscription.protocol)) {
            continue;
        }
        const auto raw = subscription.attributes.find("RawMessageDelivery");
        const bool is_raw = raw != subscription.attributes.end() && raw->second == "true";
        deliver(connection, subscription, id, "Notification", is_raw ? message.message : envelope,
                message.now_ms);
    }
    return id;
}

void ask_to_confirm(db::Connection& connection, base::Random& random,
                    const state::SubscriptionRow& subscription, std::int64_t now_ms) {
    const std::string id = base::make_uuid(random);
    const std::string topic = subscription.topic.arn();
    deliver(connection, subscription, id, "SubscriptionConfirmation",
            json::serialize(json::object{
                {"Type", "SubscriptionConfirmation"},
                {"MessageId", id},
                {"Token", subscription.token},
                {"TopicArn", topic},
                {"Message", "You have chosen to subscribe to the topic " + topic +
                                ".\nTo confirm the subscription, call ConfirmSubscription with the "
                                "token of this message."},
                {"Timestamp", base::format_iso8601(from_ms(now_ms))}}),
            now_ms);
}

std::optional<state::TopicRow> topic_of_arn(db::Connection& connection, const std::string& arn) {
    constexpr std::string_view prefix = "arn:aws:sns:";
    if (!arn.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto region = arn.find(':', prefix.size());
    const auto account = region == std::string::npos ? region : arn.find(':', region + 1);
    if (account == std::string::npos) {
        return std::nullopt;
    }
    return state::find_topic(connection,
                             {arn.substr(region + 1, account - region - 1),
                              arn.substr(prefix.size(), region - prefix.size())},
                             arn.substr(account + 1));
}

}  // namespace goldsmith::service::sns
